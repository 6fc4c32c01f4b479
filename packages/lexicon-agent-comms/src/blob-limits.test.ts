import { jsonToLex, type LexiconDoc, Lexicons } from "@atproto/lexicon";
import { describe, expect, it } from "vitest";
import catalog from "../fixtures/catalog/record.json";
import invalid from "../fixtures/record-data-invalid.json";
import valid from "../fixtures/record-data-valid.json";
import { checkBlobLimits } from "./blob-limits.ts";

const collection = "example.lexicon.record";
// JSON modules have no literal types, so that `"type": "record"` is a string to the compiler.
const lexicons = new Lexicons([structuredClone(catalog) as unknown as LexiconDoc]);

/** What validateRecord does, with the catalogue of the interoperability tests. */
function judge(data: object): string {
  const value = jsonToLex(data);
  try {
    lexicons.assertValidRecord(collection, value);
  } catch (error) {
    return String(error);
  }
  const verdict = checkBlobLimits(lexicons, lexicons.getDefOrThrow(collection), value);
  return verdict.ok ? "ok" : verdict.message;
}

describe("records of the interoperability tests", () => {
  it.each(valid)("accepts: $name", ({ data }) => expect(judge(data)).toBe("ok"));
  it.each(invalid)("refuses: $name", ({ data }) => expect(judge(data)).not.toBe("ok"));
});

const blob = (mimeType: string, size: number) => ({
  $type: "blob",
  ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" },
  mimeType,
  size,
});

describe("checkBlobLimits", () => {
  it("says which blob and why", () => {
    expect(judge({ $type: collection, integer: 1, acceptBlob: blob("text/plain", 1) })).toBe(
      "Record/acceptBlob/mimeType must be one of (image/*), got text/plain",
    );
    expect(judge({ $type: collection, integer: 1, sizeBlob: blob("text/plain", 21) })).toBe("Record/sizeBlob must not be larger than 20 bytes");
    expect(judge({ $type: collection, integer: 1, sizeBlob: blob("text/plain", 20) })).toBe("ok");
  });

  it("finds blobs behind references, unions and arrays, also in definitions that lead to themselves", () => {
    const tree = new Lexicons([
      {
        lexicon: 1,
        id: "com.example.tree",
        defs: {
          main: { type: "object", properties: { children: { type: "array", items: { type: "ref", ref: "#node" } } } },
          node: {
            type: "object",
            properties: {
              inner: { type: "ref", ref: "#main" },
              leaf: { type: "union", refs: ["#leaf"] },
            },
          },
          leaf: { type: "object", properties: { blob: { type: "blob", maxSize: 5, accept: ["image/png"] } } },
        },
      },
    ]);
    const nested = (size: number, type = "com.example.tree#leaf") =>
      jsonToLex({ children: [{ inner: { children: [{ leaf: { $type: type, blob: blob("image/png", size) } }] } }] });
    const check = (value: unknown) => checkBlobLimits(tree, tree.getDefOrThrow("com.example.tree"), value);
    expect(check(nested(5))).toEqual({ ok: true });
    expect(check(nested(6))).toEqual({ ok: false, message: "Record/children/0/inner/children/0/leaf/blob must not be larger than 5 bytes" });
    expect(check(nested(6, "com.example.other"))).toEqual({ ok: true });
  });
});
