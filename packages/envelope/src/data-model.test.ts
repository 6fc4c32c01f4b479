import { encode } from "@ipld/dag-cbor";
import { describe, expect, it } from "vitest";
import { hex } from "../test/fixture.ts";
import { alice, createdAt, filled } from "../test/people.ts";
import { decodeData, encodeData, OpenError, openRecord, seal } from "./index.ts";

/** One value, other bytes: each would be read by some and refused, or read otherwise, by others. */
const odd: [string, string][] = [
  ["keys in another order", "a2616202616101"],
  ["a key twice", "a2616101616102"],
  ["a number in a longer form", "a161611801"],
  ["a length in a longer form", "a16161780178"],
  ["a whole number as a float", "a16161fb3ff0000000000000"],
  ["a negative zero", "a16161fb8000000000000000"],
  ["undefined", "a16161f7"],
  ["a map without its end", "bf616101ff"],
  ["a number beyond what JSON has", "a161611b7fffffffffffffff"],
  ["a map that looks like bytes", "a1616181a166246279746573624151"],
  ["a map that looks like a link", "a1616181a165246c696e6b6161"],
  ["a text that is none", "a1616161ff"],
  ["half a character", "a1616163eda080"],
  ["a tag that is none", "a16161c101"],
  ["more after the end", "a1616101f6"],
  ["nothing", ""],
  ["a key that is no text", "a10101"],
];

describe("data", () => {
  it.each(odd)("is not %s", (_name, bytes) => expect(() => decodeData(hex(bytes))).toThrow());

  it("is read from its one right form", () => {
    expect(decodeData(hex("a1616101"))).toEqual({ a: 1 });
    expect(encodeData({ a: -0 })).toEqual(encodeData({ a: 0 }));
  });

  it("has no half characters, in texts and in names", () => {
    for (const value of ["\ud800", "x\udc00", ["\ud800"], { a: "\ud800" }, { "\ud800": 1 }]) expect(() => encodeData(value)).toThrow(TypeError);
    expect(decodeData(encodeData("\ud83d\ude00"))).toBe("\ud83d\ude00");
  });

  it("changes nobody's prototype", () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    const back = decodeData(encodeData(value)) as Record<string, unknown>;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect([back["polluted"], Object(back)["polluted"], ({} as Record<string, unknown>)["polluted"]]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(back).toSorted()).toEqual(["__proto__", "constructor"]);
  });

  it("nested without end is refused before the stack is full", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 2_000; i++) deep = [deep];
    expect(() => encodeData(deep)).toThrow("Nested too deeply");
    expect(() => decodeData(encode(deep))).toThrow("Nested too deeply");
    expect(() => decodeData(new Uint8Array(900_000).fill(0x81))).toThrow();
  });
});

describe("what is inside a record", () => {
  const routing = { $type: "agent.memory.note" };
  const place = { repo: alice, collection: "agent.memory.note", rkey: "3kznmn7xqxl22" };
  const withInside = async (plaintext: Uint8Array | Record<string, unknown>) => {
    const sealed = await seal({ plaintext, type: place.collection, context: { ...place, routing }, epochKey: filled(7) });
    return openRecord({ ...place, record: { ...routing, sealed } }, { epochKeys: [filled(7)] });
  };

  it("is read when it is right", async () => expect((await withInside({ text: "x", createdAt })).record).toEqual({ ...routing, text: "x", createdAt }));

  it("opens in its one right form only", async () => {
    const right = encodeData({ text: "x", createdAt });
    expect((await withInside(right)).sealed).toBe(true);
    const [first = 0, ...rest] = right;
    // {text, createdAt} again, its length in a longer form.
    await expect(withInside(Uint8Array.from([0xb8, first & 31, ...rest]))).rejects.toBeInstanceOf(OpenError);
    for (const [name, bytes] of odd) await expect(withInside(hex(bytes)), name).rejects.toBeInstanceOf(OpenError);
  });

  it("is not sealed once more, which would be taken for plain", async () => {
    const sealed = await seal({ plaintext: { text: "x", createdAt }, type: place.collection, context: { ...place, routing }, epochKey: filled(7) });
    await expect(withInside({ sealed })).rejects.toBeInstanceOf(OpenError);
    await expect(withInside({ sealed, text: "x", createdAt })).rejects.toBeInstanceOf(OpenError);
    await expect(withInside(JSON.parse('{"text":"x","createdAt":"2026-11-21T09:00:00.000Z","__proto__":{"sealed":1}}') as Record<string, unknown>)).rejects.toBeInstanceOf(OpenError);
  });
});
