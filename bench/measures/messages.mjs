import { setTimeout as sleep } from "node:timers/promises";
import { COLLECTION } from "../lib/bed.mjs";
import { concurrently, sequentially } from "../lib/load.mjs";
import { median, percentile } from "../lib/stats.mjs";
import { MESSAGES } from "../peers/peers.mjs";
import { microsOf } from "../sealing/micros.mjs";

const PAIRS = 8;
const WIDTH = 16;
const MOST_MESSAGES = 240;
const LATENCIES = 100;
/** Letters of a message. */
const LENGTH = 300;
const PATIENCE = 60_000;
/** How long a long-poll needs to be at its agent, ms. */
const CALM = 15;

const MESSAGE = "agent.comms.message";
const SUITE = "hpke-xwing-hkdfsha256-aes256gcm";

/** @typedef {{ did: string, token: string, cursor?: string }} Resident */

/** @param {string[]} to @param {number} i */
const message = (to, i) => ({ $type: MESSAGE, to, content: [{ $type: "agent.comms.defs#text", text: `${i} `.padEnd(LENGTH, "what agents say to each other ") }], createdAt: new Date().toISOString() });

/** @type {Promise<{ sender: Resident, recipient: Resident }[]> | undefined} */
let pairs;

/** Hosted agents, two by two, who have each heard from the other; made once for the colony that all peers share. */
const settle = async ({ client, admin }) => {
  const resident = async (/** @type {string} */ name) => {
    const { did, handle, password } = await client.call("agent.network.createAgent", { name }, admin);
    const { accessJwt } = await client.call("com.atproto.server.createSession", { identifier: handle, password });
    return { did, token: accessJwt };
  };
  const made = [];
  for (let i = 0; i < PAIRS; i++) made.push({ sender: await resident(`sender-${i}`), recipient: await resident(`recipient-${i}`) });
  // The keys of an agent are made and published by its object, a moment after the agent.
  for (const { sender, recipient } of made) for (const [from, to] of [[recipient, sender], [sender, recipient]]) await insist(() => say(client, from, to, "sealed", 0));
  for (const { recipient } of made) await untilArrived(client, recipient, 1);
  return made;
};

/** @param {() => Promise<unknown>} work */
const insist = async (work) => {
  for (const began = performance.now(); ; await sleep(100)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() - began > PATIENCE) throw error;
    }
  }
};

/** @param {Resident} from @param {Resident} to @param {string} privacy @param {number} i */
const say = (client, from, to, privacy, i) => client.call("agent.comms.send", { collection: MESSAGE, record: message([to.did], i), privacy }, from.token);

/** What is new in somebody's inbox, opened. @param {Resident} who @param {number} waitSeconds */
const poll = async (client, who, waitSeconds) => {
  const page = JSON.parse((await client.query("agent.comms.listInbox", { opened: "true", limit: "100", waitSeconds: `${waitSeconds}`, ...(who.cursor === undefined ? {} : { cursor: who.cursor }) }, who.token)).toString());
  who.cursor = page.cursor ?? who.cursor;
  if (page.messages.some((/** @type {{ unopened?: boolean }} */ { unopened }) => unopened)) throw new Error("a message did not open");
  return page.messages.length;
};

/** @param {Resident} who @param {number} count */
const untilArrived = async (client, who, count) => {
  const began = performance.now();
  for (let seen = 0; seen < count; ) {
    seen += await poll(client, who, 20);
    if (performance.now() - began > PATIENCE) throw new Error(`${seen} of ${count} messages arrived`);
  }
};

/** @param {import("../lib/bed.mjs").Bed} bed */
const pairsOf = ({ peer }) => (pairs ??= settle(peer));

/** @type {import("./measures.mjs").Measure} */
const latency = {
  name: "sealing: latency",
  only: ["sealed", "plain"],
  asked: "sealing",
  prepare: pairsOf,
  run: async (bed, scale) => {
    const [{ sender, recipient }] = await pairsOf(bed);
    const { client, name } = bed.peer;
    const privacy = name === "plain" ? "public" : "sealed";
    /** @type {number[]} */
    const [calls, arrivals] = [[], []];
    await sequentially(scale(LATENCIES), async (i) => {
      const arrived = untilArrived(client, recipient, 1).then(() => performance.now());
      await sleep(CALM);
      const began = performance.now();
      await say(client, sender, recipient, privacy, i);
      calls.push(performance.now() - began);
      arrivals.push((await arrived) - began);
    });
    return { "inbox-p50": median(arrivals), "inbox-p95": percentile(arrivals, 0.95), "send-p50": median(calls) };
  },
};

/** Messages until the last one is in its recipient's inbox, opened. */
const rateOf = async (bed, count) => {
  const all = await pairsOf(bed);
  const { client, name } = bed.peer;
  const privacy = name === "plain" ? "public" : "sealed";
  const each = Math.ceil(count / PAIRS);
  const began = performance.now();
  const arrived = Promise.all(all.map(({ recipient }) => untilArrived(client, recipient, each)));
  await concurrently(each * PAIRS, WIDTH, (i) => {
    const { sender, recipient } = all[i % PAIRS];
    return say(client, sender, recipient, privacy, i);
  });
  await arrived;
  return { count: each * PAIRS, took: performance.now() - began };
};

/** One seal, one open, one signature, its verification and one plain write, one after the other: the time of all that a sealed message cannot do without. */
const primitivesOf = async (bed, scale) => {
  const all = await pairsOf(bed);
  const { client, worker } = bed.peer;
  const how = { suite: SUITE, recipients: 1, bytes: LENGTH };
  const count = scale(MOST_MESSAGES);
  const micros = [];
  for (const what of ["seal", "open", "sign", "verify"]) micros.push(await microsOf(worker, what, count, how));
  // A record of the size that a sealed message has, with all that a commit needs but no delivery.
  const record = (/** @type {number} */ i) => ({ $type: COLLECTION, text: `${i} `.padEnd(LENGTH + 2500, "x"), createdAt: new Date().toISOString() });
  const rate = await concurrently(count, WIDTH, (i) => {
    const { sender } = all[i % PAIRS];
    return client.call("com.atproto.repo.createRecord", { repo: sender.did, collection: COLLECTION, record: record(i) }, sender.token);
  });
  return 1e6 / (1e6 / rate + micros.reduce((sum, one) => sum + one, 0));
};

/** @type {import("./measures.mjs").Measure} */
const rate = {
  name: "sealing: rate",
  only: MESSAGES,
  asked: "sealing",
  prepare: pairsOf,
  run: async (bed, scale) => {
    if (bed.peer.name === "primitives") return { "message-rate": await primitivesOf(bed, scale) };
    const count = scale(MOST_MESSAGES);
    const { result, cpuPerOp } = await bed.costed(count, () => rateOf(bed, count));
    return { "message-rate": (result.count * 1000) / result.took, "message-cpu": (cpuPerOp * count) / result.count };
  },
};

export const MESSAGE_MEASURES = [latency, rate];
