import { setTimeout as sleep } from "node:timers/promises";

const SECONDS = 2;

/** Objects that nobody asks anything are put away after 10 s, which costs a millisecond or so each; they are given this long, in ms. */
const SETTLED = 20_000;

/** When this measure last ended: whoever has their turn right then has been idle all the while. */
let ended = -Infinity;

/** What a server uses while nobody asks anything, right after other measures and once that has settled. @type {import("./measures.mjs").Measure} */
export const idle = {
  name: "idle",
  slow: true,
  prepare: async () => undefined,
  run: async (bed) => {
    const wasBusy = performance.now() - ended > 500;
    const { cpuPerOp: after } = await bed.costed(SECONDS, () => sleep(SECONDS * 1000));
    if (wasBusy) await sleep(SETTLED);
    const { cpuPerOp: settled } = await bed.costed(SECONDS, () => sleep(SECONDS * 1000));
    ended = performance.now();
    return { ...(wasBusy ? { "idle-after-cpu": after } : {}), "idle-cpu": settled };
  },
};
