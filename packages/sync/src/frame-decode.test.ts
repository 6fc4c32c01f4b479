import * as dagCbor from "@ipld/dag-cbor";
import * as fc from "fast-check";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { decodeFrame } from "./frame-decode.ts";
import { MAX_FRAME_BYTES } from "./frame.ts";

const frameOf = (header: unknown, body: unknown) => new Uint8Array([...dagCbor.encode(header), ...dagCbor.encode(body)]);
const link = CID.decode(Uint8Array.from([1, 0x71, 0x12, 32, ...new Uint8Array(32).fill(1)]));
const bytes = new Uint8Array([1, 2, 3]);
const bodies: Record<string, Record<string, unknown>> = {
  "#commit": { seq: 1, repo: "did:plc:a", commit: link, rev: "r", since: null, blocks: bytes, ops: [{ action: "create", path: "a/b", cid: link }], time: "t", rebase: false, tooBig: false, blobs: [] },
  "#sync": { seq: 1, did: "did:plc:a", blocks: bytes, rev: "r", time: "t" },
  "#identity": { seq: 1, did: "did:plc:a", time: "t" },
  "#account": { seq: 1, did: "did:plc:a", time: "t", active: true },
  "#info": { name: "OutdatedCursor" },
};
const optional = new Set(["blobs"]);

describe.each(Object.entries(bodies))("decodeFrame of %s", (t, body) => {
  const header = { op: 1, t };
  it("reads it, with fields it does not know", () => expect(decodeFrame(frameOf(header, { ...body, later: 1 }))).toMatchObject({ kind: "message", t }));

  it.each(Object.keys(body).filter((key) => !optional.has(key)))("refuses it without %s, and with another type", (key) => {
    const { [key]: _, ...without } = body;
    expect(decodeFrame(frameOf(header, without))).toMatchObject({ kind: "malformed", message: expect.stringContaining(key) });
    expect(decodeFrame(frameOf(header, { ...body, [key]: ["no"] })).kind).toBe("malformed");
  });
});

describe("decodeFrame", () => {
  it("names message types that it does not know", () => expect(decodeFrame(frameOf({ op: 1, t: "#later" }, {}))).toEqual({ kind: "unknown", t: "#later" }));

  it("takes a null prev for an absent one", () => {
    const body = { ...bodies["#commit"], ops: [{ action: "create", path: "a/b", cid: link, prev: null }] };
    const frame = decodeFrame(frameOf({ op: 1, t: "#commit" }, body));
    expect(frame).toMatchObject({ kind: "message", body: { ops: [{ action: "create", path: "a/b" }] } });
    expect(JSON.stringify(frame)).not.toContain("prev");
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["a header alone", dagCbor.encode({ op: 1, t: "#info" })],
    ["three values", new Uint8Array([...frameOf({ op: 1, t: "#info" }, { name: "n" }), 0])],
    ["another op", frameOf({ op: 2, t: "#info" }, { name: "n" })],
    ["a header that is no map", frameOf(1, { name: "n" })],
    ["a body that is no map", frameOf({ op: 1, t: "#info" }, [])],
    ["seq 0", frameOf({ op: 1, t: "#identity" }, { seq: 0, did: "d", time: "t" })],
    ["an unknown status", frameOf({ op: 1, t: "#account" }, { ...bodies["#account"], status: "asleep" })],
    ["an unknown action", frameOf({ op: 1, t: "#commit" }, { ...bodies["#commit"], ops: [{ action: "move", path: "a/b", cid: link }] })],
    ["5 MB and a byte", new Uint8Array(MAX_FRAME_BYTES + 1)],
  ])("refuses %s as malformed", (_, frame) => expect(decodeFrame(frame)).toMatchObject({ kind: "malformed", message: expect.any(String) }));

  it("never throws, whatever the bytes", () => {
    const whole = frameOf({ op: 1, t: "#commit" }, bodies["#commit"]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (random) => void decodeFrame(random)), { seed: 1, numRuns: 500 });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const damaged = whole.slice();
        damaged[at] = value;
        decodeFrame(damaged);
        decodeFrame(whole.subarray(0, at));
      }),
      { seed: 2, numRuns: 1_000 },
    );
  });
});
