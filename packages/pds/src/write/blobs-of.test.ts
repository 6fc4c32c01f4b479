import { jsonToLexMap } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { blobsOf } from "./blobs-of.ts";

const cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const blob = { $type: "blob", ref: { $link: cid }, mimeType: "image/png", size: 7 };
const blobsIn = (record: object) => blobsOf(jsonToLexMap(record));

describe("blobsOf", () => {
  it("finds blobs at any depth, each once", () => {
    const found = { cid, mimeType: "image/png", size: 7 };
    expect(blobsIn({ avatar: blob, embed: { images: [{ image: blob }] } })).toEqual({ ok: true, value: [found] });
    expect(blobsIn({ text: "no blob", like: { cid: 1, mimeType: "a/b" } })).toEqual({ ok: true, value: [] });
  });

  it("refuses references of the old form, wherever they are", () => {
    const refused = { ok: false, error: { status: 400, name: "InvalidRequest", message: `Legacy blobs are not allowed (${cid})` } };
    expect(blobsIn({ embed: [{ image: { cid, mimeType: "image/png" } }] })).toEqual(refused);
    expect(blobsIn({ cid, mimeType: "image/png" })).toEqual(refused);
  });

  it("takes what merely looks like one for what it is", () => {
    for (const like of [{ cid: "nonsense", mimeType: "image/png" }, { cid, mimeType: "" }, { cid, mimeType: "image/png", alt: "more" }])
      expect(blobsIn({ like })).toEqual({ ok: true, value: [] });
  });
});
