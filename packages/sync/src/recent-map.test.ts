import { expect, it } from "vitest";
import { RecentMap } from "./recent-map.ts";

it("a recent map lets go of what was not used for longest", () => {
  const map = new RecentMap<number>(3);
  for (const [at, key] of ["a", "b", "c"].entries()) map.set(key, at);
  expect(map.get("a")).toBe(0);
  map.set("c", 9);
  map.set("d", 3);
  expect(["a", "b", "c", "d"].map((key) => map.get(key))).toEqual([0, undefined, 9, 3]);
  map.delete("a");
  expect([map.size, map.get("a")]).toEqual([2, undefined]);
});
