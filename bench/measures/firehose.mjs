import { setTimeout as sleep } from "node:timers/promises";
import { sequentially } from "../lib/load.mjs";
import { median, percentile } from "../lib/stats.mjs";
import { subscribeMany } from "../lib/subscriber.mjs";

/** How long a frame may be under way, in ms. */
const PATIENCE = 10_000;

/** A subscriber that has just joined must not be measured while it joins. */
const CALM = 300;

const writer = (bed) => bed.account("writer", 1000);

/** @param {() => boolean} done @param {string} what */
const until = async (done, what) => {
  for (const began = performance.now(); !done(); await sleep(10)) {
    if (performance.now() - began > PATIENCE) throw new Error(`${what} did not arrive within ${PATIENCE / 1000} s`);
  }
};

/**
 * From the answer of a write to its frame at a lone subscriber (a frame that is there first counts as 0), and from
 * sending the write to the frame.
 * @type {import("./measures.mjs").Measure}
 */
export const latency = {
  name: "firehose latency",
  prepare: writer,
  run: async (bed, scale) => {
    const account = await writer(bed);
    const frames = [];
    const [subscriber] = await subscribeMany(bed.peer.port, 1, (at, payload) => frames.push({ at, payload: Buffer.from(payload) }));
    await sleep(CALM);
    frames.length = 0;
    const answers = [];
    await sequentially(scale(100), async (i) => {
      const began = performance.now();
      const { commit } = await account.create(i);
      answers.push({ began, at: performance.now(), rev: commit.rev });
    });
    // The next commit names this rev as its `since`, so the first frame that has it is the one.
    const frameOf = ({ rev }) => frames.find(({ payload }) => payload.includes(rev));
    await until(() => frameOf(answers.at(-1)) !== undefined, "the last frame");
    subscriber.close();
    const seen = answers.map((answer) => frameOf(answer).at);
    const late = answers.map(({ at }, i) => Math.max(0, seen[i] - at));
    const whole = answers.map(({ began }, i) => seen[i] - began);
    return { "firehose-p50": median(late), "firehose-p95": percentile(late, 0.95), "firehose-whole-p50": median(whole), "firehose-whole-p95": percentile(whole, 0.95) };
  },
};

/** From sending a write to its frame at the last of `count` subscribers. @returns {import("./measures.mjs").Measure} */
const fanOut = (count) => ({
  name: `fan-out to ${count}`,
  prepare: writer,
  run: async (bed, scale) => {
    const account = await writer(bed);
    let arrived = 0;
    let lastAt = 0;
    const subscribers = await subscribeMany(bed.peer.port, count, (at) => ((arrived += 1), (lastAt = at)));
    await sleep(CALM);
    const times = [];
    const writes = scale(20);
    const { cpuPerOp } = await bed.costed(writes * count, async () => {
      for (let i = 0; i < writes; i++) {
        arrived = 0;
        const began = performance.now();
        await account.create(i);
        await until(() => arrived >= count, `frame ${i} (${arrived} of ${count})`);
        times.push(lastAt - began);
      }
    });
    for (const subscriber of subscribers) subscriber.close();
    await sleep(CALM);
    return { [`fanout-${count}-p50`]: median(times), [`fanout-${count}-cpu`]: cpuPerOp * 1000 };
  },
});

export const fanOut50 = fanOut(50);
export const fanOut500 = fanOut(500);
