import { concurrently, sequentially } from "../lib/load.mjs";
import { median, percentile } from "../lib/stats.mjs";

/** How many requests are under way at once in the concurrent measures. */
const WIDTH = 16;

/** Creates per round: the kernel counts CPU in 10 ms steps, and a repository "at 1k" should not grow to 2k. */
const SEQUENTIAL = 150;

/** Creates that begin every sequential slice and do not count: an idle Durable Object is evicted after 10 s and starts anew. */
const WAKING = 20;

/** One create after the other in a repository that had `size` records at first. @returns {import("./measures.mjs").Measure} */
const createAt = (label, size, only) => ({
  name: `createRecord at ${label}`,
  only,
  prepare: (bed) => bed.account(label, size),
  run: async (bed, scale) => {
    const account = await bed.account(label, size);
    const count = scale(SEQUENTIAL);
    await sequentially(WAKING, (i) => account.create(i));
    const { result, cpuPerOp } = await bed.costed(count, () => sequentially(count, (i) => account.create(i)));
    return { [`create-${label}-p50`]: median(result), [`create-${label}-p95`]: percentile(result, 0.95), [`create-${label}-cpu`]: cpuPerOp };
  },
});

export const createAt1k = createAt("1k", 1000);
export const createAt3k = createAt("3k", 3000);

/** Only ours: filling the official PDS with that many takes many minutes. */
export const createAt100k = { ...createAt("100k", 100_000, ["colony"]), slow: true };

/** @type {import("./measures.mjs").Measure} */
export const createOnOne = {
  name: "createRecord, 16 concurrent on one agent",
  prepare: (bed) => bed.account("one", 1000),
  run: async (bed, scale) => {
    const account = await bed.account("one", 1000);
    const count = scale(320);
    await account.create(count);
    const { result, cpuPerOp } = await bed.costed(count, () => concurrently(count, WIDTH, (i) => account.create(i)));
    return { "create-one-rate": result, "create-one-cpu": cpuPerOp };
  },
};

const many = (bed) => Promise.all(Array.from({ length: WIDTH }, (_, i) => bed.account(`many ${i}`, 100)));

/** @type {import("./measures.mjs").Measure} */
export const createOnMany = {
  name: "createRecord, 16 concurrent on 16 agents",
  prepare: many,
  run: async (bed, scale) => {
    const accounts = await many(bed);
    const count = scale(320);
    await Promise.all(accounts.map((account) => account.create(count)));
    const { result, cpuPerOp } = await bed.costed(count, () => concurrently(count, WIDTH, (i, lane) => accounts[lane].create(i)));
    return { "create-many-rate": result, "create-many-cpu": cpuPerOp };
  },
};

/** @type {import("./measures.mjs").Measure} */
export const applyWrites = {
  name: "applyWrites",
  prepare: (bed) => bed.account("batches"),
  run: async (bed, scale) => {
    const account = await bed.account("batches");
    const count = scale(10);
    const { result, cpuPerOp } = await bed.costed(count, () => sequentially(count, () => account.createBatch(200)));
    return { "batch-p50": median(result), "batch-cpu": cpuPerOp };
  },
};
