import { sha256 } from "@noble/hashes/sha2.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "./cbor.ts";
import { cidOf, cidToString } from "./cid.ts";
import { JsonBytes } from "./json-bytes.ts";
import { lexToJson } from "./json.ts";
import { CidLink, type LexValue } from "./lex-value.ts";

const link = fc.uint8Array({ maxLength: 8 }).map((bytes) => new CidLink(cidOf(sha256, bytes)));
/** An index of an array: such keys are apart, below. */
const isIndex = /^(0|[1-9]\d{0,9})$/;
const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", minLength: 40, maxLength: 300 }), fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\u0001", "a", "é", "\u2028", "\u{1f600}"), maxLength: 200 }));
const name = fc.oneof({ weight: 4, arbitrary: text.filter((key) => !isIndex.test(key)) }, fc.constantFrom("007", "-1", "1.5", "__proto__", "toJSON", "constructor", "$type"));
const leaf = fc.oneof(text, fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 40 }), link);
const value = fc.letrec<{ tree: LexValue }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("tree"), { maxLength: 30 }), fc.dictionary(name, tie("tree"), { maxKeys: 30, noNullPrototype: true })),
})).tree;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const written = (block: Uint8Array, capacity = 8): string => {
  const json = new JsonBytes(capacity);
  json.cbor(block, 0, block.length);
  return utf8.decode(json.finish());
};

describe("JsonBytes", () => {
  it("writes JSON.stringify of the decoded block, wherever the block lies and whatever room there is", () => {
    fc.assert(
      fc.property(value, fc.nat(20), (given, before) => {
        const block = encode(given);
        const wanted = JSON.stringify(lexToJson(decode(block)));
        expect(written(block)).toBe(wanted);
        const source = new Uint8Array(before + block.length + 3).fill(0xff);
        source.set(block, before);
        const json = new JsonBytes(0);
        json.ascii("[");
        json.cbor(source, before, before + block.length);
        expect(utf8.decode(json.finish())).toBe(`[${wanted}`);
        expect(json.length).toBe(new TextEncoder().encode(wanted).length + 1);
      }),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  it("writes keys in the order of the block, also those that an object of JavaScript would have first", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.nat().map(String), fc.string()), fc.nat(), { noNullPrototype: true }), (given) => {
        const block = encode(given);
        const json = written(block);
        expect(JSON.stringify(JSON.parse(json))).toBe(JSON.stringify(lexToJson(decode(block))));
      }),
      { seed: 20261121 },
    );
    expect(written(encode({ 10: 1, 7: 2, b: 3 }))).toBe('{"7":2,"b":3,"10":1}');
  });

  it("writes CIDs as strings", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const cid = cidOf(sha256, bytes);
        const json = new JsonBytes(1);
        json.cid(new Uint8Array([1, 2, ...cid]), 2);
        expect(utf8.decode(json.finish())).toBe(cidToString(cid));
      }),
      { seed: 20261121 },
    );
  });

  it("refuses what is nested deeper than a block may be, however deep it is", () => {
    const nested = (depth: number) => new Uint8Array([...new Uint8Array(depth).fill(0x81), 0xf6]);
    expect(written(nested(64))).toBe(JSON.stringify(lexToJson(decode(nested(64)))));
    for (const depth of [65, 100_000]) expect(() => written(nested(depth))).toThrow("nested deeper than 64");
  });

  it("refuses what is not one block", () => {
    for (const bytes of [[], [0x62, 0x61], [0x42, 1], [0x81], [0xa1, 0x61, 0x61], [0xd8, 0x2a, 0x58], [0x19, 1]])
      expect(() => written(new Uint8Array(bytes))).toThrow(/truncated|malformed/);
    expect(() => written(new Uint8Array([0xf6, 0xf6]))).toThrow("left over");
    expect(() => written(new Uint8Array([0xa1, 0x01, 0x01]))).toThrow("not a string");
    expect(() => written(new Uint8Array([0xfb, 0, 0, 0, 0, 0, 0, 0, 0]))).toThrow("floats");
    expect(() => written(new Uint8Array([0x9f, 0xff]))).toThrow("indefinite");
  });
});
