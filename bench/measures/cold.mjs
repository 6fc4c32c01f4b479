import { setTimeout as sleep } from "node:timers/promises";
import { openDatabases } from "../lib/open-files.mjs";
import { sequentially } from "../lib/load.mjs";
import { median, percentile } from "../lib/stats.mjs";

/** Agents that are put away and woken, and how many records each has at first. */
const AGENTS = 4;
const RECORDS = 100_000;

/** How often each of them is put away in a round. */
const TIMES = 5;

/** An idle object is put away after 10 s; later when an alarm of its own came in between, and then this is waited for at most. */
const EVICTED_AFTER = 11_000;
const EVICTED_WITHIN = 60_000;

/** Creates of another agent before, so that the door is as warm as it is in a colony where somebody writes all the time: what is cold is the agent. */
const WARMING = 20;

/** Creates of the same agent after its first one that do not count, until one is timed as warm. */
const WAKING = 10;

/** @param {import("../lib/bed.mjs").Bed} bed */
const agentsOf = (bed) => Promise.all(Array.from({ length: AGENTS }, (_, i) => bed.account(`cold ${i}`, RECORDS)));

/** Waits until no object of an agent is open. @param {import("../lib/bed.mjs").Bed} bed @throws Error when some stay awake. */
const untilAsleep = async ({ peer: { pid } }) => {
  await sleep(EVICTED_AFTER);
  for (const deadline = performance.now() + EVICTED_WITHIN; openDatabases(pid, "Agent").size > 0; await sleep(250)) {
    if (performance.now() > deadline) throw new Error(`${openDatabases(pid, "Agent").size} agents are still awake ${EVICTED_WITHIN / 1000} s after the last request`);
  }
};

/** How long one create takes, in ms. @param {import("../lib/bed.mjs").Account} agent @param {number} i */
const timed = async (agent, i) => (await sequentially(1, () => agent.create(i)))[0];

/**
 * The first write of an agent that was put away, through the front door: registry, schema, head, session and the path of the tree
 * are read from the disk. That it was away is seen by its database: closed before, open after. Beside it one more write of the same
 * agent, a moment later. @type {import("./measures.mjs").Measure}
 */
const cold = {
  name: "cold: first write at 100k",
  only: ["colony"],
  asked: "cold",
  prepare: agentsOf,
  run: async (bed, scale) => {
    const agents = await agentsOf(bed);
    const other = await bed.account("cold other", 1_000);
    const [first, warm] = [[], []];
    for (let time = scale(TIMES); time > 0; time--) {
      await untilAsleep(bed);
      await sequentially(WARMING, (i) => other.create(i));
      for (const [i, agent] of agents.entries()) {
        const before = openDatabases(bed.peer.pid, "Agent").size;
        first.push(await timed(agent, i));
        const after = openDatabases(bed.peer.pid, "Agent").size;
        if (after !== before + 1) throw new Error(`${before} agents were awake before a cold one was asked, ${after} afterwards`);
        await sequentially(WAKING, (n) => agent.create(n));
        warm.push(await timed(agent, i));
      }
    }
    return { "cold-first-p50": median(first), "cold-first-p95": percentile(first, 0.95), "cold-warm-p50": median(warm), "cold-warm-p95": percentile(warm, 0.95) };
  },
};

export const COLD_MEASURES = [cold];
