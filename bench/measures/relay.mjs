import { setTimeout as sleep } from "node:timers/promises";
import { treeMemory } from "../lib/cpu.mjs";
import { FrameCounter } from "../lib/frame-counter.mjs";

/** Bytes of frames handed over at a time: below what the relay lets one reader leave unread, so that live readers stay live. */
const TURN_BYTES = 8_000_000;
const FRAME_BYTES = 4_000;
/** Most events per hand-over: what an agent's outbox sends at most. */
const MOST_EVENTS = 200;
/** Deliveries per round. */
const DELIVERIES = 200_000;
const MOST_FED = 20_000;
const PATIENCE = 60_000;
/** A subscriber that has just joined must not be measured while it joins, ms. */
const CALM = 100;
const MANY = 1_000;

/** Where each peer has its firehose. */
const STREAM = "xrpc/com.atproto.sync.subscribeRepos";

const JETSTREAM = "subscribe";

/** @param {import("../peers/peers.mjs").Peer} peer @param {string} object Name of the object. @param {number} size Of a frame; 0 for real commits. */
const feed = ({ client }, object, count, batch, size) => client.send("GET", `/${object}/feed?count=${count}&batch=${batch}&size=${size}`);

/** @param {() => boolean} done @param {string} what */
const until = async (done, what) => {
  for (const began = performance.now(); !done(); await sleep(1)) if (performance.now() - began > PATIENCE) throw new Error(`${what} did not arrive within ${PATIENCE / 1000} s`);
};

/** Subscribers that count together. */
const crowd = async ({ port }, object, count, path) => {
  const seen = { frames: 0, bytes: 0, ended: "" };
  const readers = Array.from({ length: count }, () => new FrameCounter(port, `/${object}/${path}`, (frames, bytes) => ((seen.frames += frames), (seen.bytes += bytes))));
  await Promise.all(readers.map((one) => one.open((why) => (seen.ended = why))));
  return { seen, close: () => readers.forEach((one) => one.close()) };
};

/** Events to `readers` subscribers, handed over in turns: the next one when everybody has the one before. */
const deliver = async (bed, seen, readers, scale, size = FRAME_BYTES) => {
  const batch = Math.max(1, Math.min(MOST_EVENTS, Math.floor(TURN_BYTES / FRAME_BYTES / readers / 4)));
  const events = Math.max(batch, Math.min(scale(DELIVERIES / readers), MOST_FED));
  seen.frames = 0;
  const began = performance.now();
  const { cpuPerOp } = await bed.costed(events * readers, async () => {
    let fed = 0;
    while (fed < events) {
      const count = Math.min(batch, events - fed);
      await feed(bed.peer, bed.peer.name, count, count, size);
      fed += count;
      await until(() => seen.frames >= fed * readers, `event ${fed} (${seen.frames} of ${fed * readers} deliveries)`);
    }
    seen.took = performance.now() - began;
  });
  return { rate: (events * readers * 1000) / seen.took, cpu: cpuPerOp * 1000 };
};

/**
 * Frames of 4 KB to that many live subscribers.
 * @param {{ name: string, key: string, readers: number, path: string, size?: number, only?: string[] }} how
 * @returns {import("./measures.mjs").Measure}
 */
const fanOut = ({ name, key, readers, path, size, only = ["relay", "floor", "bare"] }) => ({
  name,
  only,
  asked: "relay",
  prepare: async () => undefined,
  run: async (bed, scale) => {
    const { seen, close } = await crowd(bed.peer, bed.peer.name, readers, path);
    await sleep(CALM);
    try {
      const { rate, cpu } = await deliver(bed, seen, readers, scale, size);
      const memory = readers === MANY ? { "relay-fan-memory": treeMemory(bed.peer.pid) } : {};
      return { [`${key}-rate`]: rate, [`${key}-cpu`]: cpu, ...memory };
    } finally {
      close();
      await sleep(CALM);
    }
  },
});

/** The same 100, beside one that reads nothing. The bare loop would keep everything in memory for it. @type {import("./measures.mjs").Measure} */
const stuck = {
  name: "relay fan-out to 100 beside a stuck reader",
  only: ["relay"],
  asked: "relay",
  prepare: async () => undefined,
  run: async (bed, scale) => {
    const { seen, close } = await crowd(bed.peer, bed.peer.name, 100, STREAM);
    const before = await deliver(bed, seen, 100, scale);
    const lazy = new FrameCounter(bed.peer.port, `/${bed.peer.name}/${STREAM}`, () => {});
    await lazy.open();
    lazy.stick();
    const beside = await deliver(bed, seen, 100, scale);
    lazy.close();
    // Before and after, so that whatever goes faster or slower with time hits both alike.
    const after = await deliver(bed, seen, 100, scale);
    close();
    await sleep(CALM);
    return { "relay-stuck-rate": beside.rate, "relay-alone-rate": (before.rate + after.rate) / 2 };
  },
};

const LOG = 1_000_000;
const FILL_BATCH = 1_000;
/** An object of its own: what the other measures feed is not in its log. */
const ARCHIVE = "relay-archive";

/** One reader reads the whole log. @returns {import("./measures.mjs").Measure} */
const catchUp = (name, key, path) => ({
  name,
  only: ["relay"],
  asked: "relay",
  prepare: async () => undefined,
  run: async (bed, scale) => {
    const size = scale(LOG);
    bed.logged ??= 0;
    if (bed.logged < size) {
      const began = performance.now();
      await feed(bed.peer, ARCHIVE, size - bed.logged, FILL_BATCH, 0);
      bed.log(`relay: ${size - bed.logged} events of 4 KB logged in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      bed.logged = size;
    }
    const { seen, close } = await crowd(bed.peer, ARCHIVE, 1, path);
    const began = performance.now();
    let took = 0;
    const { cpuPerOp } = await bed.costed(bed.logged, async () => {
      await whileComing(seen, bed.logged);
      took = performance.now() - began;
    });
    close();
    return { [`${key}-rate`]: (bed.logged * 1000) / took, [`${key}-cpu`]: cpuPerOp * 1000 };
  },
});

/** Wait for a number of frames, as long as some come. */
const whileComing = async (seen, wanted) => {
  for (let last = -1, at = performance.now(); seen.frames < wanted; await sleep(5)) {
    if (seen.frames !== last) [last, at] = [seen.frames, performance.now()];
    if (seen.ended !== "" || performance.now() - at > PATIENCE) throw new Error(`${seen.ended || "nothing more came"} after ${seen.frames} of ${wanted} events`);
  }
};

export const RELAY_MEASURES = [
  ...[1, 10, 100, MANY].map((readers) => fanOut({ name: `relay fan-out to ${readers}`, key: `relay-fan-${readers}`, readers, path: STREAM })),
  stuck,
  fanOut({ name: "relay fan-out of Jetstream to 100", key: "relay-jetstream-100", readers: 100, path: JETSTREAM, size: 0, only: ["relay"] }),
  catchUp("relay catch-up", "relay-catchup", `${STREAM}?cursor=0`),
  catchUp("relay catch-up of Jetstream", "relay-jetstream-catchup", `${JETSTREAM}?cursor=1`),
];
