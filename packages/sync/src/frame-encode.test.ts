import * as dagCbor from "@ipld/dag-cbor";
import * as fc from "fast-check";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import type { AccountBody, CommitBody } from "./frame.ts";
import { encodeAccountFrame, encodeCommitFrame, encodeErrorFrame, encodeIdentityFrame, encodeInfoFrame, encodeSyncFrame, sequenceFrame, type FrameTemplate } from "./frame-encode.ts";
import { decodeFrame } from "./frame-decode.ts";

const runs = { seed: 20261121, numRuns: 300 };

const cid = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((digest) => Uint8Array.from([1, 0x71, 0x12, 32, ...digest]));
const text = fc.string({ unit: "grapheme", maxLength: 80 });
const seq = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 70_000 }), fc.maxSafeInteger().map((n) => Math.max(1, Math.abs(n))));
const op = fc.oneof(
  fc.record({ action: fc.constant("create" as const), path: text, cid }),
  fc.record({ action: fc.constant("update" as const), path: text, cid, prev: cid }),
  fc.record({ action: fc.constant("delete" as const), path: text, cid: fc.constant(null), prev: cid }),
);
const commitBody: fc.Arbitrary<CommitBody> = fc
  .record({ repo: text, commit: cid, rev: text, since: fc.option(text), blocks: fc.uint8Array({ maxLength: 400 }), ops: fc.array(op, { maxLength: 30 }), time: text, prevData: fc.option(cid) })
  .map(({ prevData, ...body }) => Object.assign(body, prevData === null ? {} : { prevData }));

const withoutUndefined = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const link = (bytes: Uint8Array) => CID.decode(bytes);
const expected = (header: object, body: object) => new Uint8Array([...dagCbor.encode(header), ...dagCbor.encode(body)]);
const sequenced = ({ frame, seqAt }: FrameTemplate, n: number) => sequenceFrame(frame, seqAt, n);

describe("frames equal canonical DAG-CBOR of their fields", () => {
  it("#commit", () =>
    fc.assert(
      fc.property(commitBody, seq, (body, n) => {
        const ops = body.ops.map(({ action, path, cid: now, prev }) => withoutUndefined({ action, path, cid: now === null ? null : link(now), prev: prev === undefined ? undefined : link(prev) }));
        const { prevData, ...rest } = body;
        const whole = { ...rest, ops, seq: n, commit: link(body.commit), rebase: false, tooBig: false, blobs: [], ...(prevData === undefined ? {} : { prevData: link(prevData) }) };
        const frame = sequenced(encodeCommitFrame(body), n);
        expect(frame).toEqual(expected({ op: 1, t: "#commit" }, whole));
        expect(decodeFrame(frame)).toEqual({ kind: "message", t: "#commit", body: { ...body, seq: n, rebase: false, tooBig: false } });
      }),
      runs,
    ));

  it("#sync", () =>
    fc.assert(
      fc.property(fc.record({ did: text, blocks: fc.uint8Array({ maxLength: 300 }), rev: text, time: text }), seq, (body, n) => {
        const frame = sequenced(encodeSyncFrame(body), n);
        expect(frame).toEqual(expected({ op: 1, t: "#sync" }, { ...body, seq: n }));
        expect(decodeFrame(frame)).toEqual({ kind: "message", t: "#sync", body: { ...body, seq: n } });
      }),
      runs,
    ));

  it("#identity", () =>
    fc.assert(
      fc.property(fc.record({ did: text, time: text, handle: text }, { requiredKeys: ["did", "time"] }), seq, (body, n) => {
        const frame = sequenced(encodeIdentityFrame(body), n);
        expect(frame).toEqual(expected({ op: 1, t: "#identity" }, { ...body, seq: n }));
        expect(decodeFrame(frame)).toEqual({ kind: "message", t: "#identity", body: { ...body, seq: n } });
      }),
      runs,
    ));

  it("#account", () => {
    const status = fc.constantFrom("takendown" as const, "suspended" as const, "deactivated" as const, "deleted" as const);
    const body: fc.Arbitrary<AccountBody> = fc.record({ did: text, time: text, active: fc.boolean(), status }, { requiredKeys: ["did", "time", "active"] });
    fc.assert(
      fc.property(body, seq, (account, n) => {
        const frame = sequenced(encodeAccountFrame(account), n);
        expect(frame).toEqual(expected({ op: 1, t: "#account" }, { ...account, seq: n }));
        expect(decodeFrame(frame)).toEqual({ kind: "message", t: "#account", body: { ...account, seq: n } });
      }),
      runs,
    );
  });

  it("#info and errors", () => {
    expect(encodeInfoFrame({ name: "OutdatedCursor" })).toEqual(expected({ op: 1, t: "#info" }, { name: "OutdatedCursor" }));
    expect(encodeInfoFrame({ name: "OutdatedCursor", message: "m" })).toEqual(expected({ op: 1, t: "#info" }, { name: "OutdatedCursor", message: "m" }));
    expect(encodeErrorFrame({ error: "FutureCursor" })).toEqual(expected({ op: -1 }, { error: "FutureCursor" }));
    expect(encodeErrorFrame({ error: "FutureCursor", message: "m" })).toEqual(expected({ op: -1 }, { error: "FutureCursor", message: "m" }));
    expect(decodeFrame(encodeErrorFrame({ error: "E", message: "m" }))).toEqual({ kind: "error", error: "E", message: "m" });
    expect(decodeFrame(encodeInfoFrame({ name: "N" }))).toEqual({ kind: "message", t: "#info", body: { name: "N" } });
  });

  it("stand alone in memory: crossing RPC copies the buffer behind a view", () => {
    const { frame } = encodeIdentityFrame({ did: "did:plc:a", time: "t" });
    expect(frame.buffer.byteLength).toBe(frame.length);
  });
});

describe("sequenceFrame", () => {
  const template = encodeAccountFrame({ did: "did:plc:a", time: "t", active: true });
  it.each([1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])("splices %d in its shortest form", (n) =>
    expect(sequenced(template, n)).toEqual(expected({ op: 1, t: "#account" }, { did: "did:plc:a", time: "t", active: true, seq: n })));
  it.each([0, -1, 1.5, 2 ** 53, Number.NaN])("refuses seq %d", (n) => expect(() => sequenced(template, n)).toThrow(RangeError));
  it.each([0, -1, 1.5, 1e6])("refuses seqAt %d", (at) => expect(() => sequenceFrame(template.frame, at, 1)).toThrow(RangeError));
});
