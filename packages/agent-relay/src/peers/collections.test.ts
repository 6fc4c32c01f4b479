import { expect, it } from "vitest";
import { collectionFilter, collectionOf } from "./collections.ts";

it("collections are named whole, by prefix, or all at once", () => {
  const nsids = ["agent.comms.message", "agent", "agents.x.y", "org.example.a", "org.example.ab"];
  expect(nsids.filter(collectionFilter(["agent.*", "org.example.a"]))).toEqual(["agent.comms.message", "org.example.a"]);
  expect(nsids.filter(collectionFilter(["*"]))).toEqual(nsids);
  expect(nsids.filter(collectionFilter([]))).toEqual([]);
  expect([collectionOf("a.b.c/d"), collectionOf("none")]).toEqual(["a.b.c", ""]);
});
