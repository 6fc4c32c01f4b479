import { cidOf, cidToString, decode, isTid } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { sha256 } from "../sha256.ts";
import { type WriteInput, prepareOp } from "./prepare.ts";

const COLLECTION = "com.example.note";
const prepared = (input: WriteInput) => {
  const outcome = prepareOp(input);
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
};
const message = { to: ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaz"], content: [{ $type: "agent.comms.defs#text", text: "hi" }], createdAt: "2026-11-21T00:00:00.000Z" };

describe("prepareOp", () => {
  it("encodes, names and hashes a record of a collection we do not know", () => {
    const { op, validationStatus } = prepared({ action: "create", collection: COLLECTION, record: { b: 1, a: [null, "x"] } });
    expect(validationStatus).toBe("unknown");
    expect(isTid(op.rkey)).toBe(true);
    expect(decode(op.bytes as Uint8Array)).toEqual({ $type: COLLECTION, a: [null, "x"], b: 1 });
    expect(op.cid).toEqual(cidOf(sha256, op.bytes as Uint8Array));
    expect(op.deliverTo).toBeUndefined();
  });

  it("validates what it knows, and says who is meant", () => {
    const { op, validationStatus } = prepared({ action: "create", collection: "agent.comms.message", record: message });
    expect(validationStatus).toBe("valid");
    expect(op).toMatchObject({ immutable: true, deliverTo: message.to });
    expect(prepareOp({ action: "create", collection: "agent.comms.message", record: { ...message, to: [] }, validate: false }).ok).toBe(false);
    expect(prepared({ action: "create", collection: COLLECTION, record: {}, validate: false }).validationStatus).toBeUndefined();
  });

  it("makes record keys that only grow", () => {
    const keys = Array.from({ length: 2000 }, () => prepared({ action: "create", collection: COLLECTION, record: {} }).op.rkey);
    expect([...new Set(keys)].toSorted()).toEqual(keys);
  });

  it("finds blobs wherever they are, each once", () => {
    const cid = cidToString(cidOf(sha256, new Uint8Array(3), 0x55));
    const blob = { $type: "blob", ref: { $link: cid }, mimeType: "image/png", size: 3 };
    const { op } = prepared({ action: "put", collection: COLLECTION, rkey: "a", record: { one: blob, deep: [{ two: blob }] } });
    expect(op.blobs).toEqual([{ cid, mimeType: "image/png", size: 3 }]);
  });

  const refused: [string, WriteInput][] = [
    ["bad collection", { action: "create", collection: "nope", record: {} }],
    ["bad record key", { action: "create", collection: COLLECTION, rkey: "a/b", record: {} }],
    ["dots", { action: "delete", collection: COLLECTION, rkey: ".." }],
    ["no record key to update", { action: "update", collection: COLLECTION, record: {} }],
    ["no record", { action: "create", collection: COLLECTION }],
    ["an array", { action: "create", collection: COLLECTION, record: [] }],
    ["a blob of the old form", { action: "create", collection: COLLECTION, record: { x: { cid: "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy", mimeType: "image/png" } } }],
    ["a float", { action: "create", collection: COLLECTION, record: { x: 1.5 } }],
    ["another $type", { action: "create", collection: COLLECTION, record: { $type: "com.example.other" } }],
    ["a bad link", { action: "create", collection: COLLECTION, record: { x: { $link: "bafy" } } }],
    ["too large", { action: "create", collection: COLLECTION, record: { x: "x".repeat(1_000_000) } }],
    ["unknown lexicon where one is demanded", { action: "create", collection: COLLECTION, record: {}, validate: true }],
    ["invalid by its lexicon", { action: "create", collection: "agent.comms.message", record: { ...message, to: [] } }],
    ["key against its lexicon", { action: "put", collection: "agent.comms.message", rkey: "self", record: message }],
    ["lone surrogate", { action: "create", collection: COLLECTION, record: { x: "\ud800" } }],
    ["__proto__", { action: "create", collection: COLLECTION, record: JSON.parse('{"__proto__": 1}') as unknown }],
  ];
  for (const [what, input] of refused) {
    it(`refuses: ${what}`, () => expect(prepareOp(input)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } }));
  }

  it("takes a record of exactly the limit", () => {
    const overhead = prepared({ action: "create", collection: COLLECTION, record: { x: "x".repeat(70_000) } }).op.bytes!.length - 70_000;
    expect(prepared({ action: "create", collection: COLLECTION, record: { x: "x".repeat(1_000_000 - overhead) } }).op.bytes?.length).toBe(1_000_000);
    expect(prepareOp({ action: "create", collection: COLLECTION, record: { x: "x".repeat(1_000_001 - overhead) } }).ok).toBe(false);
  });
});
