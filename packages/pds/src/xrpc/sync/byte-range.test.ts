import { describe, expect, it } from "vitest";
import { byteRange } from "./byte-range.ts";

describe("byteRange", () => {
  it("understands one range", () => {
    expect(byteRange("bytes=0-0", 10)).toEqual({ offset: 0, length: 1 });
    expect(byteRange("bytes=2-5", 10)).toEqual({ offset: 2, length: 4 });
    expect(byteRange("Bytes=4-", 10)).toEqual({ offset: 4, length: 6 });
    expect(byteRange("bytes=4-99", 10)).toEqual({ offset: 4, length: 6 });
    expect(byteRange("bytes=-3", 10)).toEqual({ offset: 7, length: 3 });
    expect(byteRange("bytes=-99", 10)).toEqual({ offset: 0, length: 10 });
  });

  it("ignores what it need not understand", () => {
    for (const header of [null, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=1", "bytes=-1-2"]) expect(byteRange(header, 10)).toBeUndefined();
  });

  it("says when there are no such bytes", () => {
    for (const header of ["bytes=10-", "bytes=10-20", "bytes=-0"]) expect(byteRange(header, 10)).toBeNull();
    expect(byteRange("bytes=0-", 0)).toBeNull();
    expect(byteRange("bytes=-5", 0)).toBeNull();
  });
});
