import { setTimeout as sleep } from "node:timers/promises";

const SECONDS = 2;

/** What a server uses while nobody asks anything. @type {import("./measures.mjs").Measure} */
export const idle = {
  name: "idle",
  slow: true,
  prepare: async () => undefined,
  run: async (bed) => {
    const { cpuPerOp } = await bed.costed(SECONDS, () => sleep(SECONDS * 1000));
    return { "idle-cpu": cpuPerOp };
  },
};
