import { describe, expect, it } from "vitest";
import { toBase64 } from "./bytes.ts";
import { keyIdsIn } from "./key-ids.ts";
import { MAX_RECIPIENTS } from "./limits.ts";

const idOf = (byte: number) => toBase64(new Uint8Array(32).fill(byte));
const sealedFor = (...bytes: number[]) => ({ recipients: bytes.map((byte) => ({ keyId: { $bytes: idOf(byte) } })) });
const found = (record: Record<string, unknown>) => [...keyIdsIn(record)].map((id) => toBase64(id));

describe("ids of the keys that a record is sealed for", () => {
  it("are found in lists of parts and in a field of its own", () => {
    expect(found({ to: "did:web:x", content: [sealedFor(1, 2)], sealed: sealedFor(3) })).toEqual([idOf(1), idOf(2), idOf(3)]);
  });
  it("are none in nonsense", () => {
    expect(found({ a: null, b: 1, c: { recipients: "all" }, d: [{ recipients: [null, 3, {}, { keyId: null }, { keyId: { $bytes: 4 } }, { keyId: { $bytes: "!!!" } }, { keyId: { $bytes: "A" } }] }] })).toEqual([]);
  });
  it("are looked for in as many recipients as there may be", () => {
    expect(found({ sealed: sealedFor(...Array.from({ length: MAX_RECIPIENTS + 5 }, (_, i) => i)) })).toHaveLength(MAX_RECIPIENTS);
  });
});
