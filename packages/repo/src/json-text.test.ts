import { sha256 } from "@noble/hashes/sha2.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode } from "./cbor.ts";
import { cidOf } from "./cid.ts";
import { cborToJsonText } from "./json-text.ts";
import { lexToJson } from "./json.ts";
import { CidLink, type LexValue } from "./lex-value.ts";

const link = fc.uint8Array({ maxLength: 8 }).map((bytes) => new CidLink(cidOf(sha256, bytes)));
const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 40 }), link);
const value = fc.letrec<{ tree: LexValue }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("tree"), { maxLength: 4 }), fc.dictionary(fc.string({ unit: "binary" }), tie("tree"), { maxKeys: 4, noNullPrototype: true })),
})).tree;

describe("cborToJsonText", () => {
  it("is JSON.stringify of the decoded block", () => {
    fc.assert(
      fc.property(value, (given) => {
        const block = encode(given);
        expect(cborToJsonText(block)).toBe(JSON.stringify(lexToJson(decode(block))));
      }),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  it("refuses what is nested deeper than a block may be, however deep it is", () => {
    const nested = (depth: number, head: number) => new Uint8Array([...new Uint8Array(depth).fill(head), 0xf6]);
    expect(cborToJsonText(nested(64, 0x81))).toBe(JSON.stringify(lexToJson(decode(nested(64, 0x81)))));
    for (const depth of [65, 100_000]) expect(() => cborToJsonText(nested(depth, 0x81))).toThrow("nested deeper than 64");
    const maps = Uint8Array.from([...Array.from({ length: 65 }, () => [0xa1, 0x61, 0x61]).flat(), 0xf6]);
    expect(() => cborToJsonText(maps)).toThrow("nested deeper than 64");
  });

  it("refuses what is not one block", () => {
    expect(() => cborToJsonText(new Uint8Array())).toThrow("truncated");
    expect(() => cborToJsonText(new Uint8Array([0xf6, 0xf6]))).toThrow("left over");
    expect(() => cborToJsonText(new Uint8Array([0xfb, 0, 0, 0, 0, 0, 0, 0, 0]))).toThrow("floats");
  });
});
