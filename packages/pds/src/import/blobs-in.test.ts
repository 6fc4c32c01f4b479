import { jsonToLexMap } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { blobsIn } from "./blobs-in.ts";

const cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const record = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";
const blob = { $type: "blob", ref: { $link: cid }, mimeType: "image/png", size: 7 };
const found = (value: object) => blobsIn(jsonToLexMap(value));

describe("blobsIn", () => {
  it("finds blobs of both forms at any depth, each once", () => {
    expect(found({ avatar: blob, embed: { images: [{ image: blob }, { image: { cid: record, mimeType: "image/png" } }] } })).toEqual([cid, record]);
    expect(found({ cid, mimeType: "image/png" })).toEqual([cid]);
  });

  it("leaves out what only looks like one", () => {
    for (const like of [{ cid: "nonsense", mimeType: "image/png" }, { cid, mimeType: "" }, { cid, mimeType: "image/png", alt: "" }, { ref: { $link: cid } }, { $link: cid }])
      expect(found({ like })).toEqual([]);
  });
});
