import * as dagCbor from "@ipld/dag-cbor";
import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { CommitError, decodeCommit, encodeUnsigned, signCommit, type UnsignedCommit } from "./commit.ts";
import { randomCid } from "./testing/history.ts";
import { Random } from "./testing/random.ts";

const random = new Random(6);
const unsigned: UnsignedCommit = { did: "did:plc:yk4dd2qkboz2yv6tpubpc6co", data: randomCid(random), rev: "3jqfcqzm3fo2j" };
const fields = { did: unsigned.did, version: 3, data: CID.decode(unsigned.data), rev: unsigned.rev, prev: null };

describe("commit", () => {
  it("writes the bytes that @ipld/dag-cbor writes, with and without the signature", () => {
    expect(encodeUnsigned(unsigned)).toEqual(Uint8Array.from(dagCbor.encode(fields)));
    let signed: Uint8Array = new Uint8Array();
    const sig = random.bytes(64);
    const commit = signCommit(unsigned, (bytes) => ((signed = bytes), sig), sha256);
    expect(signed).toEqual(encodeUnsigned(unsigned));
    expect(commit.bytes).toEqual(Uint8Array.from(dagCbor.encode({ ...fields, sig })));
    expect(decodeCommit(commit.bytes)).toEqual({ ...unsigned, sig });
  });

  it("refuses a signature of another length", () => {
    expect(() => signCommit(unsigned, () => new Uint8Array(70), sha256)).toThrow("70 bytes");
  });

  it.each<[string, Record<string, unknown>]>([
    ["without prev", { prev: undefined }],
    ["of version 2", { version: 2 }],
    ["with a rev that is no TID", { rev: "yesterday" }],
    ["with a did that is none", { did: "alice" }],
    ["with data that is no link", { data: "x" }],
    ["with a short signature", { sig: new Uint8Array(63) }],
    ["with another field", { extra: 1 }],
  ])("refuses a block %s", (_, change) => {
    const block: Record<string, unknown> = { ...fields, sig: random.bytes(64), ...change };
    for (const key of Object.keys(block)) if (block[key] === undefined) delete block[key];
    expect(() => decodeCommit(dagCbor.encode(block))).toThrow(CommitError);
  });

  it("reads a prev that is a link, as old repositories have it", () => {
    expect(decodeCommit(dagCbor.encode({ ...fields, sig: new Uint8Array(64), prev: CID.decode(randomCid(random)) })).rev).toBe(unsigned.rev);
  });
});
