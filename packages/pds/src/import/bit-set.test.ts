import { describe, expect, it } from "vitest";
import { BitSet } from "./bit-set.ts";

describe("BitSet", () => {
  it("holds what was added, once, however far apart", () => {
    const set = new BitSet();
    const numbers = [0, 1, 7, 8, 8_191, 8_192, 1_000_000];
    expect(numbers.map((n) => set.add(n))).toEqual(numbers.map(() => true));
    expect(numbers.map((n) => set.add(n))).toEqual(numbers.map(() => false));
    expect(set.size).toBe(numbers.length);
    expect(numbers.every((n) => set.has(n))).toBe(true);
    expect([2, 9, 8_190, 999_999, 2 ** 30].some((n) => set.has(n))).toBe(false);
  });
});
