import { treeMemory, withCpu } from "../lib/cpu.mjs";

/** Records of the repositories. */
const SIZES = { "10k": 10_000, "100k": 100_000, "300k": 300_000 };

/** How often the memory is looked at meanwhile, in ms. */
const LOOK_EVERY = 20;

/** The most resident memory of workerd while `work` runs, over that before, in MB. */
const withPeak = async (pid, work) => {
  const before = treeMemory(pid, "workerd");
  let peak = before;
  const looking = setInterval(() => (peak = Math.max(peak, treeMemory(pid, "workerd"))), LOOK_EVERY);
  try {
    const result = await work();
    return { result, grew: peak - before };
  } finally {
    clearInterval(looking);
  }
};

/** @param {[string, number]} size @returns {import("./measures.mjs").Measure} */
const exportOf = ([label, size]) => ({
  name: `exports: ${label}`,
  only: ["colony"],
  asked: "exports",
  prepare: (bed) => bed.account(`exports ${label}`, size),
  run: async (bed) => {
    const { did } = await bed.account(`exports ${label}`, size);
    const download = async () => {
      const began = performance.now();
      const bytes = await bed.client.count("com.atproto.sync.getRepo", { did });
      return { megabytes: bytes / 1e6, took: performance.now() - began };
    };
    const { result, cpu } = await withCpu(bed.peer.pid, () => withPeak(bed.peer.pid, download));
    const { megabytes, took } = result.result;
    return { [`exports-${label}-rate`]: (megabytes * 1000) / took, [`exports-${label}-cpu`]: cpu / megabytes, [`exports-${label}-memory`]: result.grew };
  },
});

export const EXPORT_MEASURES = Object.entries(SIZES).map(exportOf);
