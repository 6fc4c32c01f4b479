import { expect, it } from "vitest";
import { Pace } from "./pace.ts";

it("a pace lets a burst pass, and then so many per second", () => {
  const pace = new Pace(100, 500, 0);
  expect(pace.take(500, 0)).toBe(0);
  expect(pace.take(50, 0)).toBe(500);
  expect(pace.take(50, 1_000)).toBe(0);
  // What was not used is not saved beyond the burst.
  expect(pace.take(501, 3_600_000)).toBe(10);
});
