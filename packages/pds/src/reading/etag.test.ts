import { describe, expect, it } from "vitest";
import { namesTag, tagOf } from "./etag.ts";

describe("namesTag", () => {
  it("finds a tag in what If-None-Match may say", () => {
    const tag = tagOf("bafy");
    expect(tag).toBe('"bafy"');
    for (const header of ['"bafy"', 'W/"bafy"', '"other", "bafy"', '  W/"x" ,W/"bafy" ', "*"]) expect(namesTag(header, tag)).toBe(true);
    for (const header of [null, undefined, "", "bafy", '"bafyx"', 'w/"bafy"', '"', ","]) expect(namesTag(header, tag)).toBe(false);
  });
});
