import { expect, it } from "vitest";
import { Quota } from "./quota.ts";

it("a quota gives each key its uses in each window", () => {
  const quota = new Quota(2, 1_000, 2);
  expect([quota.take("a", 0), quota.take("a", 10), quota.take("a", 20), quota.take("b", 20)]).toEqual([true, true, false, true]);
  expect(quota.isSpent("a", 999)).toBe(true);
  expect([quota.take("a", 1_000), quota.take("a", 1_001), quota.take("a", 1_002)]).toEqual([true, true, false]);
  // A third key pushes out the one that was not used for longest.
  quota.take("c", 1_003);
  expect([quota.isSpent("a", 1_003), quota.isSpent("b", 1_003)]).toEqual([true, false]);
});
