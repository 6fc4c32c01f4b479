import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const limits = { firstMs: 1000, maxMs: 60_000 };

describe("back-off", () => {
  it("doubles up to its longest pause, whatever the number of tries", () => {
    expect([0, 1, 2, 3, 4, 7, 50, 5000].map((tries) => backoffMs(tries, limits, () => 1))).toEqual([1000, 1000, 2000, 4000, 8000, 60_000, 60_000, 60_000]);
  });

  it("leaves half of each pause to chance", () => {
    expect(backoffMs(3, limits, () => 0)).toBe(2000);
    expect(backoffMs(3, limits, () => 0.5)).toBe(3000);
  });
});
