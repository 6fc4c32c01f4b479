import { describe, expect, it } from "vitest";
import { findBlobRefs } from "./blob-refs.ts";

const cid = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity";
const blob = { $type: "blob", ref: { $link: cid }, mimeType: "image/png", size: 10 };
const found = { cid, mimeType: "image/png", size: 10 };

describe("findBlobRefs", () => {
  it("finds them wherever they are, in document order", () => {
    const record = { a: { b: [blob, { c: { ...blob, size: 2 } }] }, d: { ...blob, size: 3 } };
    expect(findBlobRefs(record)).toEqual({ ok: true, blobs: [found, { ...found, size: 2 }, { ...found, size: 3 }] });
  });

  it.each([{}, { text: "blob", $type: "com.example.blob" }, { cid, mimeType: "image/png", size: 1 }, { cid: "x", mimeType: "y" }, [], null, 7, { a: { $link: cid } }])(
    "finds none in %j",
    (record) => expect(findBlobRefs(record)).toEqual({ ok: true, blobs: [] }),
  );

  it.each([
    { ...blob, size: "10" },
    { ...blob, size: -1 },
    { ...blob, size: 1.5 },
    { ...blob, mimeType: "png" },
    { ...blob, mimeType: 3 },
    { ...blob, ref: cid },
    { ...blob, ref: { $link: cid, more: 1 } },
    { ...blob, ref: { $link: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" } },
    { ...blob, more: 1 },
    { $type: "blob" },
  ])("refuses %j", (value) => expect(findBlobRefs({ a: [value] })).toEqual({ ok: false, message: "Invalid blob object" }));

  it.each([cid, "QmVHxRocoWgUChLEvfEyDuuD6qJ4PhdDL2dTLcpUy3dSC2"])("refuses the form of 2022 (%s)", (old) => {
    expect(findBlobRefs({ avatar: { cid: old, mimeType: "image/png" } })).toEqual({ ok: false, message: `Legacy blobs are not allowed (${old})` });
  });

  it("does not overflow on deep values", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
    expect(findBlobRefs(deep)).toEqual({ ok: true, blobs: [] });
  });
});
