import { sequentially } from "../lib/load.mjs";
import { median } from "../lib/stats.mjs";

/** Records that the repositories have at first. */
const SIZES = { "1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000 };

const SEQUENTIAL = 150;

/** Creates that do not count: they wake the object and read the tree's upper nodes. */
const WAKING = 20;

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

export const GROWTH_MEASURES = Object.entries(SIZES).map(growthAt);
