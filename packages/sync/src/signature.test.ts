import { describe, expect, it } from "vitest";
import { decodeCommit, readCar, cidKey, encode } from "@rookery/repo";
import vectors from "../../repo/fixtures/crypto/signature-fixtures.json";
import { atprotoKeyOf } from "./did-doc.ts";
import { verifyCommitSignature, verifySignature } from "./signature.ts";
import { sha256, TestAgent } from "../test/agent.ts";

const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("the atproto interoperability vectors", () => {
  it.each(vectors.map((vector) => [vector.comment, vector] as const))("%s", async (_, vector) => {
    expect(await verifySignature(base64(vector.messageBase64), base64(vector.signatureBase64), vector.publicKeyDid)).toBe(vector.validSignature);
  });

  it.each(vectors.filter(({ validSignature }) => validSignature).map((vector) => [vector.didDocSuite, vector] as const))("keys of the legacy suite %s", (type, { publicKeyMultibase, publicKeyDid }) => {
    expect(atprotoKeyOf({ id: "did:plc:a", verificationMethod: [{ id: "#atproto", type, publicKeyMultibase }] })).toBe(publicKeyDid);
  });
});

describe("a commit's signature", () => {
  const agent = new TestAgent("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
  const { blocks, commit } = agent.commit([]);
  const block = readCar(blocks, sha256).blocks.get(cidKey(commit)) ?? new Uint8Array();

  it("verifies with the account's key and no other", async () => {
    expect(await verifyCommitSignature(block, agent.didKey)).toBe(true);
    expect(await verifyCommitSignature(decodeCommit(block), agent.didKey)).toBe(true);
    expect(await verifyCommitSignature(block, new TestAgent("did:plc:b").didKey)).toBe(false);
  });

  it.each(["", "did:key:", "did:key:zQ3", "did:plc:aaaa", "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"])("is not verified by %j", async (key) =>
    expect(await verifyCommitSignature(block, key)).toBe(false));

  it.each(["did", "rev", "data"] as const)("does not cover another %s", async (field) => {
    const whole = decodeCommit(block);
    const changed = { ...whole, did: "did:plc:b", rev: "3kkkkkkkkkkkk", data: commit };
    expect(await verifyCommitSignature({ ...whole, [field]: changed[field] }, agent.didKey)).toBe(false);
  });

  it("is refused when it is not 64 bytes or has a flipped bit", async () => {
    const whole = decodeCommit(block);
    expect(await verifyCommitSignature({ ...whole, sig: whole.sig.subarray(1) }, agent.didKey)).toBe(false);
    const sig = whole.sig.slice();
    sig[5] = (sig[5] ?? 0) ^ 1;
    expect(await verifyCommitSignature({ ...whole, sig }, agent.didKey)).toBe(false);
  });

  it("of a block that is no commit is an error", async () => expect(verifyCommitSignature(encode({ a: 1 }), agent.didKey)).rejects.toThrow("not a commit"));
});
