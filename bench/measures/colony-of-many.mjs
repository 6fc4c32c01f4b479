import { setTimeout as sleep } from "node:timers/promises";
import { treeMemory } from "../lib/cpu.mjs";
import { Account, COLONY_ADMIN } from "../lib/bed.mjs";
import { concurrently } from "../lib/load.mjs";

/** Agents of the colony, and how many one call makes. */
const AGENTS = 1_000;
const BATCH = 100;

/** Records that each agent writes while everybody is awake. */
const WRITES = 5;

/** Requests at a time. */
const WIDTH = 16;

const EVICTED_AFTER = 15_000;

/** @type {Account[]} */
const agents = [];

let call = 0;

/** @param {import("../lib/bed.mjs").Bed} bed @param {number} count */
export const provisionMany = async (bed, count) => {
  const names = Array.from({ length: count }, (_, i) => `m${++call}x${i}`);
  const { agents: made } = await bed.client.call("agent.network.createAgents", { agents: names.map((name) => ({ name })) }, COLONY_ADMIN);
  const failed = made.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`${failed.name}: ${failed.error} ${failed.message}`);
  return made;
};

/** Heap of the isolate after a collection, in MB: all objects of the colony share it. */
const heapOf = async (bed) => {
  const { inspector } = bed.peer;
  if (inspector === undefined) throw new Error("the colony was started without its inspector");
  await inspector.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await inspector.send("Runtime.getHeapUsage");
  return { heap: usedSize / 1e6, outside: (embedderHeapUsedSize + backingStorageSize) / 1e6 };
};

/** What was seen while the colony was filled, which happens once. @type {Record<string, number>} */
const filling = {};

/** @param {Record<string, number>} values @param {import("../lib/bed.mjs").Bed} bed @param {string} stage */
const note = async (values, bed, stage) => {
  const { heap, outside } = await heapOf(bed);
  values[`colony-heap-${stage}`] = heap + outside;
  values[`colony-resident-${stage}`] = treeMemory(bed.peer.pid, "workerd");
};

/** @param {import("../lib/bed.mjs").Bed} bed */
const fill = async (bed) => {
  await note(filling, bed, "empty");
  const began = performance.now();
  while (agents.length < AGENTS) for (const { did, password } of await provisionMany(bed, BATCH)) agents.push(Object.assign(new Account(bed.client, did), { password }));
  filling["colony-rate"] = (AGENTS * 1000) / (performance.now() - began);
  bed.log(`provisioned ${AGENTS} agents`);
  await concurrently(AGENTS, WIDTH, async (i) => {
    const agent = agents[i];
    agent.token = (await bed.client.call("com.atproto.server.createSession", { identifier: agent.did, password: agent.password })).accessJwt;
  });
};

/** Memory at each stage of a colony's day: empty, full and busy, full and asleep. @type {import("./measures.mjs").Measure} */
const memory = {
  name: "colony: memory of 1,000 agents",
  only: ["inspected"],
  asked: "colony",
  prepare: fill,
  run: async (bed, scale) => {
    const values = { ...filling };
    const writes = scale(WRITES * AGENTS);
    values["colony-writes"] = await concurrently(writes, WIDTH, (i) => agents[i % AGENTS].create(i));
    await note(values, bed, "busy");
    await sleep(EVICTED_AFTER);
    await note(values, bed, "asleep");
    return values;
  },
};

export const COLONY_MEASURES = [memory];
