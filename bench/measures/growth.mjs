import { setTimeout as sleep } from "node:timers/promises";
import { sequentially } from "../lib/load.mjs";
import { median } from "../lib/stats.mjs";

/** Records that the repositories have at first. */
const SIZES = { "1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000 };

const SEQUENTIAL = 150;

/** Creates that do not count: they wake the object and read the tree's upper nodes. */
const WAKING = 20;

/** An idle object is put away after 10 s. */
const EVICTED_AFTER = 12_000;

/** @param {[string, number]} size @returns {import("./measures.mjs").Measure} */
const growthAt = ([label, size]) => ({
  name: `growth to ${label}`,
  only: ["colony"],
  asked: "growth",
  prepare: (bed) => bed.account(`growth ${label}`, size),
  run: async (bed, scale) => {
    const account = await bed.account(`growth ${label}`, size);
    const count = scale(SEQUENTIAL);
    await sequentially(WAKING, (i) => account.create(i));
    const { result, cpuPerOp } = await bed.costed(count, () => sequentially(count, (i) => account.create(i)));
    return { [`growth-${label}-p50`]: median(result), [`growth-${label}-cpu`]: cpuPerOp };
  },
});

/** The first write after the object was put away: schema, head, sessions and the path of the tree are read from the disk. */
const cold = {
  name: "growth: a cold agent",
  only: ["colony"],
  asked: "growth",
  prepare: (bed) => bed.account("growth 100k", SIZES["100k"]),
  run: async (bed) => {
    const account = await bed.account("growth 100k", SIZES["100k"]);
    // The door is warm, as it is in a colony where somebody else writes all the time: what is cold is the agent.
    const other = await bed.account("growth 1k", SIZES["1k"]);
    await sleep(EVICTED_AFTER);
    await sequentially(WAKING, (i) => other.create(i));
    // Beside it what a write costs at this moment anyway: a single one tells more of the machine than of the colony.
    const [awake] = await sequentially(1, (i) => other.create(i));
    const [first] = await sequentially(1, (i) => account.create(i));
    return { "cold-first": first, "cold-awake": awake };
  },
};

export const GROWTH_MEASURES = [...Object.entries(SIZES).map(growthAt), cold];
