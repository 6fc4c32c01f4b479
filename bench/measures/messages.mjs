import { setTimeout as sleep } from "node:timers/promises";
import { COLLECTION } from "../lib/bed.mjs";
import { withCpu } from "../lib/cpu.mjs";
import { InboxReader } from "../lib/inbox-reader.mjs";
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
/** What is said to agent.comms.send. @type {Record<string, string>} */
const PRIVACY = { sealed: "sealed", plain: "public", primitives: "public" };
const SUITE = "hpke-xwing-hkdfsha256-aes256gcm";

/** `cursor` is where its long-poll is, `read` where its socket is. @typedef {{ did: string, token: string, cursor?: string, read?: string }} Resident */

/** @param {string[]} to @param {number} i */
const message = (to, i) => ({ $type: MESSAGE, to, content: [{ $type: "agent.comms.defs#text", text: `${i} `.padEnd(LENGTH, "what agents say to each other ") }], createdAt: new Date().toISOString() });

/** @type {Promise<{ sender: Resident, recipient: Resident }[]> | undefined} */
let pairs;

/** Hosted agents, two by two, who have each heard from the other. @param {{ client: import("../lib/client.mjs").Client, admin: string }} peer */
export const settle = async ({ client, admin }) => {
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
export const say = (client, from, to, privacy, i) => client.call("agent.comms.send", { collection: MESSAGE, record: message([to.did], i), privacy }, from.token);

/** What is new in somebody's inbox, opened. @param {Resident} who @param {number} waitSeconds */
const poll = async (client, who, waitSeconds) => {
  const page = JSON.parse((await client.query("agent.comms.listInbox", { opened: "true", limit: "100", waitSeconds: `${waitSeconds}`, ...(who.cursor === undefined ? {} : { cursor: who.cursor }) }, who.token)).toString());
  who.cursor = page.cursor ?? who.cursor;
  if (page.messages.some((/** @type {{ unopened?: boolean }} */ { unopened }) => unopened)) throw new Error("a message did not open");
  return page.messages.length;
};

/** @param {Resident} who @param {number} count */
export const untilArrived = async (client, who, count) => {
  const began = performance.now();
  for (let seen = 0; seen < count; ) {
    seen += await poll(client, who, 20);
    if (performance.now() - began > PATIENCE) throw new Error(`${seen} of ${count} messages arrived`);
  }
};

/** Made once for the colony that all peers share. @param {import("../lib/bed.mjs").Bed} bed */
const pairsOf = ({ peer }) => (pairs ??= settle(peer));

/** Arrivals one after the other. @param {string} key @param {(peer: import("../peers/peers.mjs").Peer, recipient: Resident) => Promise<{ next: () => Promise<number>, close: () => void }>} listen */
const latency = (key, listen) => ({
  name: `sealing: latency, ${key}`,
  only: ["sealed", "plain"],
  asked: "sealing",
  prepare: pairsOf,
  run: async (bed, scale) => {
    const [{ sender, recipient }] = await pairsOf(bed);
    const { client, name } = bed.peer;
    /** @type {number[]} */
    const [calls, arrivals] = [[], []];
    const { next, close } = await listen(bed.peer, recipient);
    await sequentially(scale(LATENCIES), async (i) => {
      const arrived = next();
      await sleep(CALM);
      const began = performance.now();
      await say(client, sender, recipient, PRIVACY[name], i);
      calls.push(performance.now() - began);
      arrivals.push((await arrived) - began);
    });
    close();
    return { [`${key}-p50`]: median(arrivals), [`${key}-p95`]: percentile(arrivals, 0.95), "send-p50": median(calls) };
  },
});

const bySocket = latency("socket", async ({ port }, { token }) => {
  const reader = new InboxReader(port, token);
  await reader.caughtUp();
  return { next: () => reader.until(reader.seen + 1), close: () => reader.close() };
});

const byPoll = latency("poll", async ({ client }, recipient) => {
  while ((await poll(client, recipient, 0)) > 0);
  return { next: () => untilArrived(client, recipient, 1).then(() => performance.now()), close: () => undefined };
});

/** Messages until the last one is with its recipient, opened. */
const rateOf = async (bed, count) => {
  const all = await pairsOf(bed);
  const { client, name, port } = bed.peer;
  const each = Math.ceil(count / PAIRS);
  // From where the round before ended: what was read then is not to count again.
  const readers = all.map(({ recipient }) => new InboxReader(port, recipient.token, recipient.read));
  await Promise.all(readers.map((reader) => reader.caughtUp()));
  const began = performance.now();
  const arrived = Promise.all(readers.map((reader) => reader.until(reader.seen + each)));
  await concurrently(each * PAIRS, WIDTH, (i) => {
    const { sender, recipient } = all[i % PAIRS];
    return say(client, sender, recipient, PRIVACY[name], i);
  });
  const took = Math.max(...(await arrived)) - began;
  readers.forEach((reader, i) => {
    all[i].recipient.read = reader.cursor;
    reader.close();
  });
  return { count: each * PAIRS, took };
};

/** What each part takes, and the CPU of a seal and an open together, in ms. */
const partsOf = async ({ worker, workerPid }, scale) => {
  const how = { suite: SUITE, recipients: 1, bytes: LENGTH };
  /** @type {Record<string, number>} */
  const micros = {};
  let cpu = 0;
  for (const what of ["seal", "open", "sign", "verify"]) {
    const count = scale(MOST_MESSAGES);
    const done = await withCpu(workerPid, () => microsOf(worker, what, count, how));
    micros[what] = done.result;
    // It is done once more than it is timed.
    if (what === "seal" || what === "open") cpu += done.cpu / (count + 1);
  }
  return { micros, cpu };
};

/** Records of the size that a sealed message has, written as plainly as can be: no lexicon, no delivery. */
const writesOf = async (bed, scale) => {
  const all = await pairsOf(bed);
  const { client } = bed.peer;
  const record = (/** @type {number} */ i) => ({ $type: COLLECTION, text: `${i} `.padEnd(LENGTH + 2000, "x"), createdAt: new Date().toISOString() });
  return concurrently(scale(MOST_MESSAGES), WIDTH, (i) => {
    const { sender } = all[i % PAIRS];
    return client.call("com.atproto.repo.createRecord", { repo: sender.did, collection: COLLECTION, record: record(i) }, sender.token);
  });
};

/** @type {import("./measures.mjs").Measure} */
const rate = {
  name: "sealing: rate",
  only: MESSAGES,
  asked: "sealing",
  prepare: pairsOf,
  run: async (bed, scale) => {
    const count = scale(MOST_MESSAGES);
    if (bed.peer.name === "primitives") {
      const parts = await partsOf(bed.peer, scale);
      const { seal = 0, open = 0, sign = 0, verify = 0 } = parts.micros;
      const written = await writesOf(bed, scale);
      const bare = 1e6 / (1e6 / written + seal + open + sign + verify);
      // A plain message has its signature, and its recipient's look at it, already.
      const { result: plain, cpuPerOp } = await bed.costed(count, () => rateOf(bed, count));
      const said = 1e6 / ((plain.took * 1000) / plain.count + seal + open);
      return { "message-rate": said, "message-bare-rate": bare, "message-cpu": (cpuPerOp * count) / plain.count + parts.cpu };
    }
    const { result, cpuPerOp } = await bed.costed(count, () => rateOf(bed, count));
    const perSecond = (result.count * 1000) / result.took;
    return { "message-rate": perSecond, "message-bare-rate": perSecond, "message-cpu": (cpuPerOp * count) / result.count };
  },
};

export const MESSAGE_MEASURES = [bySocket, byPoll, rate];
