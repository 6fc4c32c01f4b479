import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import fixtures from "../fixtures/data-model/data-model-fixtures.json";
import invalid from "../fixtures/data-model/data-model-invalid.json";
import valid from "../fixtures/data-model/data-model-valid.json";
import { base64Encode } from "./base64.ts";
import { decode, encode, MAX_DEPTH } from "./cbor.ts";
import { cidOf, cidToString } from "./cid.ts";
import { DataModelError, jsonToLex, jsonToLexMap, lexToJson } from "./json.ts";

const RAW = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity";
const blob = { $type: "blob", ref: { $link: RAW }, mimeType: "image/jpeg", size: 10000 };

describe("json", () => {
  it.each(fixtures.map((fixture) => [fixture.cid, fixture] as const))("gives the CBOR and CID of the interop fixture %s, and back", (cid, { json, cbor_base64 }) => {
    const bytes = encode(jsonToLexMap(json));
    expect(base64Encode(bytes)).toBe(cbor_base64);
    expect(cidToString(cidOf(sha256, bytes))).toBe(cid);
    expect(lexToJson(decode(bytes))).toEqual(json);
  });

  it.each(valid.map((fixture) => [fixture.note, fixture.json] as const))("accepts: %s", (_, json) => {
    expect(lexToJson(jsonToLexMap(json))).toEqual(json);
  });

  it.each(invalid.map((fixture) => [fixture.note, fixture.json] as const))("refuses: %s", (_, json) => {
    expect(() => jsonToLexMap(json)).toThrow(DataModelError);
  });

  it.each<[string, unknown, string]>([
    ["float", { a: [{ b: 0.5 }] }, "a/0/b"],
    ["infinity", { a: Number.POSITIVE_INFINITY }, "a"],
    ["unsafe integer", { a: 2 ** 53 }, "a"],
    ["undefined", { a: undefined }, "a"],
    ["bigint", { a: 1n }, "a"],
    ["lone surrogate", { a: "\ud800" }, "a"],
    ["lone surrogate in a key", { "\ud800": 1 }, ""],
    ["$bytes with white space", { a: { $bytes: "AA AA" } }, "a"],
    ["$bytes in the URL alphabet", { a: { $bytes: "_-8" } }, "a"],
    ["$bytes of impossible length", { a: { $bytes: "A" } }, "a"],
    ["$link beside $bytes", { a: { $link: RAW, $bytes: "AAAA" } }, "a"],
    ["$link null", { a: { $link: null } }, "a"],
    ["__proto__", JSON.parse('{"a":{"__proto__":{"polluted":true}}}'), "a"],
    ["blob with a negative size", { a: { ...blob, size: -1 } }, "a"],
    ["blob whose ref is a string", { a: { ...blob, ref: RAW } }, "a"],
    ["blob whose ref is not raw", { a: { ...blob, ref: { $link: "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a" } } }, "a"],
    ["blob without a MIME type", { a: { ...blob, mimeType: "jpeg" } }, "a"],
    ["blob with more fields", { a: { ...blob, alt: "x" } }, "a"],
  ])("refuses %s and says where", (_, json, path) => {
    try {
      jsonToLex(json);
    } catch (error) {
      expect(error).toBeInstanceOf(DataModelError);
      expect((error as DataModelError).path).toBe(path);
      return;
    }
    expect.fail("accepted");
  });

  it("refuses nesting beyond what CBOR takes, before the stack ends", () => {
    let json: unknown = 1;
    for (let i = 0; i < MAX_DEPTH; i++) json = [json];
    expect(encode(jsonToLex(json))).toHaveLength(MAX_DEPTH + 1);
    for (let i = 0; i < 100_000; i++) json = [json];
    expect(() => jsonToLex(json)).toThrow(DataModelError);
  });

  it("takes padded base64 and writes it without", () => {
    expect(lexToJson(jsonToLex({ $bytes: "AQ==" }))).toEqual({ $bytes: "AQ" });
    expect(lexToJson(jsonToLex({ $bytes: "" }))).toEqual({ $bytes: "" });
  });

  it("has no minus zero", () => {
    expect(Object.is(jsonToLex(-0), 0)).toBe(true);
  });
});
