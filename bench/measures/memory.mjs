import { setTimeout as sleep } from "node:timers/promises";
import { concurrently, sequentially } from "../lib/load.mjs";
import { median, percentile } from "../lib/stats.mjs";
import { baseline } from "../memory/baselines.mjs";
import { evaluate, life } from "../memory/evaluate.mjs";
import { engineSystem } from "../memory/engine-system.mjs";
import { QUESTIONS } from "../memory/questions.mjs";
import { residentOf } from "../memory/resident.mjs";
import { manyMemories } from "../memory/set.mjs";
import { MEMORIES } from "../peers/peers.mjs";

const SIZES = [1_000, 10_000, 20_000];
const RECALLS = 40;
const WIDTH = 16;
/** An object that nobody asks for this long is put away, ms. */
const AWAY = 12_000;

/** Questions with an answer and without, in turn. */
const questionAt = (i) => QUESTIONS[(i * 7) % QUESTIONS.length]?.ask ?? "";

/** @type {import("./measures.mjs").Measure} */
const answers = {
  name: "memory: answers",
  only: MEMORIES,
  asked: "memory",
  prepare: async () => undefined,
  run: async ({ peer }) => {
    const { recall, first, mrr, current, abstains } = await evaluate(peer.name === "memory" ? engineSystem() : baseline(peer.name));
    const shares = Object.fromEntries(Object.entries(recall).map(([type, share]) => [`memory-recall-${type}`, share * 100]));
    return { ...shares, "memory-first": first * 100, "memory-mrr": mrr, "memory-current": current * 100, "memory-abstains": abstains * 100 };
  },
};

/** @type {Map<number, Promise<import("../lib/bed.mjs").Account>>} */
const filled = new Map();

/** An agent that remembers so much, written as agents do; made once. */
const fill = async (bed, size) => {
  const began = performance.now();
  const account = await bed.provision();
  const rate = await concurrently(size, WIDTH, (i) => bed.client.call("agent.memory.remember", manyMemories(i), account.token));
  // The index comes after the records: until it has all of them.
  for (;;) {
    const { pending = 0 } = await bed.client.call("agent.memory.recall", { query: "anything" }, account.token);
    if (pending === 0) break;
  }
  bed.log(`memory: ${size} memories, ${Math.round(rate)} written a second, all found after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return account;
};

/** @param {number} size @returns {import("./measures.mjs").Measure} */
const recallOf = (size) => ({
  name: `memory: recall over ${size / 1000}k`,
  only: ["memory"],
  asked: "memory",
  prepare: async (bed) => {
    if (!filled.has(size)) filled.set(size, fill(bed, size));
    await filled.get(size);
  },
  run: async (bed, scale) => {
    const account = await filled.get(size);
    const ask = (/** @type {number} */ i) => bed.client.call("agent.memory.recall", { query: questionAt(i) }, account?.token);
    await ask(0);
    const count = scale(RECALLS);
    const { result: times, cpuPerOp } = await bed.costed(count, () => sequentially(count, ask));
    return { [`recall-${size}-p50`]: median(times), [`recall-${size}-p95`]: percentile(times, 0.95), [`recall-${size}-cpu`]: cpuPerOp };
  },
});

/** @type {import("./measures.mjs").Measure} */
const cold = {
  name: "memory: first recall",
  only: ["memory"],
  asked: "memory",
  prepare: recallOf(10_000).prepare,
  run: async (bed) => {
    const account = await filled.get(10_000);
    await sleep(AWAY);
    const [took = 0] = await sequentially(1, () => bed.client.call("agent.memory.recall", { query: questionAt(1) }, account?.token));
    return { "recall-10000-first": took };
  },
};

/** @type {import("./measures.mjs").Measure} */
const remember = {
  name: "memory: remember",
  only: ["memory"],
  asked: "memory",
  prepare: recallOf(1_000).prepare,
  run: async (bed, scale) => {
    const account = await bed.provision();
    const count = scale(200);
    const { result: times, cpuPerOp } = await bed.costed(count, () => sequentially(count, (i) => bed.client.call("agent.memory.remember", manyMemories(i), account.token)));
    return { "remember-p50": median(times), "remember-cpu": cpuPerOp };
  },
};

/** @type {Promise<import("../lib/bed.mjs").Account[]> | undefined} */
let halves;

/** Two agents of one colony, each with every other memory of the set. */
const halve = async (bed) => {
  const accounts = [await bed.provision(), await bed.provision()];
  const rows = life();
  await concurrently(rows.length, WIDTH, (i) => {
    const [, , , text, { tags = [] } = {}] = rows[i] ?? [];
    return bed.client.call("agent.memory.remember", { text, tags }, accounts[i % 2]?.token);
  });
  return accounts;
};

/** @type {import("./measures.mjs").Measure} */
const isolation = {
  name: "memory: isolation",
  only: ["memory"],
  asked: "memory",
  prepare: async (bed) => void (await (halves ??= halve(bed))),
  run: async (bed) => {
    const texts = life().map(([, , , text]) => text);
    let others = 0;
    for (const [own, account] of ((await halves) ?? []).entries())
      await concurrently(QUESTIONS.length, WIDTH, async (i) => {
        const { memories } = await bed.client.call("agent.memory.recall", { query: QUESTIONS[i]?.ask }, account.token);
        for (const { uri, value } of memories) if (!uri.startsWith(`at://${account.did}/`) || !texts.some((text, at) => at % 2 === own && text === value.text)) others++;
      });
    return { "memory-isolation": others };
  },
};

/** @type {import("./measures.mjs").Measure} */
const resident = {
  name: "memory: resident",
  only: ["memory"],
  asked: "memory",
  prepare: async () => undefined,
  run: async () => {
    const { awake, evicted, stored } = await residentOf(20_000);
    return { "memory-resident": awake / 1e6, "memory-evicted": evicted / 1e6, "memory-stored": stored / 20_000 };
  },
};

export const MEMORY_MEASURES = [answers, ...SIZES.map(recallOf), cold, remember, isolation, resident];
