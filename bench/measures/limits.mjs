import { setTimeout as sleep } from "node:timers/promises";
import { LOADS } from "../limits/loads.mjs";
import { liveHeap, peakHeap } from "../limits/heap.mjs";
import { concurrently } from "../lib/load.mjs";

/** Agents that are awake, and writing, while the others are asked for what is largest. */
const AWAKE = 100;
/** Pause between two writes of each, ms: often enough to stay awake. */
const THINK = 1_000;

/** Made some at a time: a hundred passwords at once keep everything else waiting, the PLC directory's answers included. @param {import("../lib/bed.mjs").Bed} bed */
const awake = async (bed) => {
  await concurrently(AWAKE, 4, (i) => bed.account(`limits awake ${i}`));
  return Promise.all(Array.from({ length: AWAKE }, (_, i) => bed.account(`limits awake ${i}`)));
};

/** All of them write, and are not let sleep, while `work` is done. @param {import("../lib/bed.mjs").Account[]} agents @param {() => Promise<unknown>} work */
const amongAwake = async (agents, work) => {
  const over = new AbortController();
  const busy = Promise.all(agents.map(async (agent, i) => {
    await sleep((i * THINK) / agents.length);
    for (; !over.signal.aborted; await sleep(THINK)) await agent.create(i);
  }));
  try {
    await work();
  } finally {
    over.abort();
    await busy;
  }
};

/** The heap of an isolate with 100 agents awake, and how much more they take than when they sleep. @type {import("./measures.mjs").Measure} */
const agents = {
  name: "limits: 100 agents awake",
  only: ["inspected"],
  asked: "limits",
  isPeak: true,
  prepare: awake,
  run: async (bed) => {
    const all = await awake(bed);
    await sleep(15_000);
    const asleep = await liveHeap(bed.peer);
    await concurrently(AWAKE * 3, 16, (i) => all[i % AWAKE].create(i));
    const { peak } = await peakHeap(bed.peer, () => amongAwake(all, () => sleep(3_000)));
    return { "limits-asleep": asleep, "limits-awake": peak, "limits-per-agent": ((peak - asleep) * 1000) / AWAKE };
  },
};

/** @param {typeof LOADS[number]} load @returns {import("./measures.mjs").Measure} */
const under = ({ key, resident: isResident = false, prepare = async () => undefined, run }) => ({
  name: `limits: ${key}`,
  only: ["inspected"],
  asked: "limits",
  isPeak: true,
  prepare: awake,
  run: async (bed) => {
    const [all, made] = [await awake(bed), await prepare(bed)];
    const began = performance.now();
    const { peak, resident } = await peakHeap(bed.peer, () => amongAwake(all, () => run(bed, made)));
    bed.log(`${key}: ${peak.toFixed(1)} MB, ${resident.toFixed(0)} MB more resident, in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return { [`limits-${key}`]: peak, ...(isResident ? { [`limits-${key}-resident`]: resident } : {}) };
  },
});

export const LIMIT_MEASURES = [agents, ...LOADS.map(under)];
