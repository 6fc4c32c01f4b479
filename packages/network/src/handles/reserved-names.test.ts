import { expect, it } from "vitest";
import { isReservedName } from "./reserved-names.ts";

it("keeps the colony's names from everybody, and the official PDS's words from those who sign up", () => {
  expect(["admin", "rookery", "agents"].map((name) => [isReservedName(name), isReservedName(name, true)])).toEqual([[true, true], [true, true], [true, true]]);
  expect(["about", "reader", "rihanna"].map((name) => [isReservedName(name), isReservedName(name, true)])).toEqual([[true, false], [true, false], [true, false]]);
  expect([isReservedName("alice"), isReservedName("")]).toEqual([false, false]);
});
