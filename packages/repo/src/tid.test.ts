import { describe, expect, it } from "vitest";
import invalid from "../fixtures/syntax/tid_syntax_invalid.txt?raw";
import valid from "../fixtures/syntax/tid_syntax_valid.txt?raw";
import { fixtureLines } from "./testing/lines.ts";
import { isTid, nextTid, tidOf, tidToMicros } from "./tid.ts";

describe("tid", () => {
  it("knows the interop fixtures", () => {
    for (const text of fixtureLines(valid)) expect(isTid(text), text).toBe(true);
    for (const text of fixtureLines(invalid)) expect(isTid(text), text).toBe(false);
  });

  it("carries the microseconds", () => {
    for (const micros of [0, 1, 31, 32, 1_731_000_000_123_456, 2 ** 53 - 1]) expect(tidToMicros(tidOf(micros, 5))).toBe(micros);
    expect(isTid(tidOf(2 ** 53 - 1, 1023))).toBe(true);
    expect(() => tidToMicros("nonsense")).toThrow("nonsense");
    expect(() => tidOf(-1, 0)).toThrow(RangeError);
    expect(() => tidOf(0, 1024)).toThrow(RangeError);
  });

  it("is strictly greater than the last one, whatever the clock does", () => {
    let last = nextTid(undefined, 1_731_000_000_000_000, 7);
    // Standing still, going back, another clock id, going on.
    for (const [now, clock] of [[1_731_000_000_000_000, 7], [5, 7], [1_731_000_000_000_000, 0], [1_731_000_000_000_000, 1023], [1_731_000_000_500_000, 3]] as const) {
      const next = nextTid(last, now, clock);
      expect(next > last).toBe(true);
      expect(isTid(next)).toBe(true);
      last = next;
    }
    expect(tidToMicros(last)).toBe(1_731_000_000_500_000);
  });
});
