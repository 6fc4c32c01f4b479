import { expect, it } from "vitest";
import { rowsWithin } from "./rows-within.ts";

const sizes = (...all: (number | null)[]) => all.map((size) => ({ size }));

it("ends a page before it has too many bytes, but never before its first row", () => {
  expect(rowsWithin([], 10)).toBe(0);
  expect(rowsWithin(sizes(11), 10)).toBe(1);
  expect(rowsWithin(sizes(11, 1), 10)).toBe(1);
  expect(rowsWithin(sizes(4, null, 6, 1), 10)).toBe(3);
  expect(rowsWithin(sizes(4, 6), 10)).toBe(2);
});
