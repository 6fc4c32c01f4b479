import { expect, test } from "vitest";
import { CLOCKS, CRATE, ROADS, TOWNS, packed, roadsIn, shortestRound, told } from "./demo-job.mjs";

test("the shortest round is shorter than any other, either way around", () => {
  const { way, km } = shortestRound(TOWNS, ROADS);
  expect(way).toEqual(["Ulm", "Augsburg", "Landshut", "Passau", "Regensburg", "Ingolstadt", "Ulm"]);
  expect(km).toBe(80 + 117 + 121 + 119 + 74 + 146);
  expect(shortestRound(["a", "b", "c"], { "a b": 1, "b c": 2, "c a": 4 })).toEqual({ way: ["a", "b", "c", "a"], km: 7 });
  expect(() => shortestRound(["a", "b"], {})).toThrow("no road from a to b");
});

test("roads told in a note are read from it again", () => {
  expect(roadsIn(`Roads, in km: ${told(ROADS)}`)).toEqual(ROADS);
});

test("no crate is too heavy, and every clock is in one", () => {
  const crates = packed(CLOCKS, CRATE);
  expect(crates.flat().toSorted()).toEqual(CLOCKS.toSorted());
  expect(crates.every((crate) => crate.reduce((sum, one) => sum + one, 0) <= CRATE)).toBe(true);
  expect(crates.length).toBe(4);
});
