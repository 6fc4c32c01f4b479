import { beforeAll, describe, expect, it } from "vitest";
import { bm25System, scanSystem } from "../../../bench/memory/baselines.mjs";
import { engineSystem } from "../../../bench/memory/engine-system.mjs";
import { type Scores, evaluate } from "../../../bench/memory/evaluate.mjs";

/** Half a year of an agent's life, and questions about it: bench/memory. What holds today must not get worse unnoticed. */
describe("the regression set", () => {
  let ours: Scores;
  let words: Scores;
  let scan: Scores;

  beforeAll(async () => {
    [ours, words, scan] = await Promise.all([evaluate(engineSystem()), evaluate(bm25System()), evaluate(scanSystem())]);
  });

  it.each([
    ["direct", 1],
    ["form", 0.95],
    ["language", 0.92],
    ["update", 1],
    ["asOf", 1],
    ["recent", 1],
    ["meaning", 0.5],
  ])("finds what is asked for: %s", (type, least) => {
    expect(ours.recall[type]).toBeGreaterThanOrEqual(least);
  });

  it("puts the right answer first", () => {
    expect(ours.first).toBeGreaterThanOrEqual(0.9);
    expect(ours.mrr).toBeGreaterThanOrEqual(0.92);
  });

  it("never puts what is outdated before what holds", () => {
    expect(ours.current).toBe(1);
  });

  it("finds nothing where nothing is known", () => {
    expect(ours.abstains).toBeGreaterThanOrEqual(0.95);
  });

  it("is better than words alone and than all vectors", () => {
    for (const baseline of [words, scan]) {
      expect(ours.mrr).toBeGreaterThan(baseline.mrr);
      expect(ours.current).toBeGreaterThan(baseline.current + 0.5);
      expect(ours.abstains).toBeGreaterThan(baseline.abstains);
    }
  });

  it("does not depend on how much else there is", async () => {
    const many = await evaluate(engineSystem(), { distract: 1500 });
    expect(many.mrr).toBeGreaterThanOrEqual(0.91);
    expect(many.current).toBe(1);
  });

  it("finds what is asked for within a letter, and nothing for one that asks for nothing that is known", async () => {
    const letters = await evaluate(engineSystem(), { letters: true });
    expect(letters.recall["direct"]).toBeGreaterThanOrEqual(0.85);
    expect(letters.recall["update"]).toBeGreaterThanOrEqual(0.9);
    expect(letters.abstains).toBeGreaterThanOrEqual(0.95);
  });

  it("answers the same each time", async () => {
    expect(await evaluate(engineSystem())).toEqual(ours);
  });
});
