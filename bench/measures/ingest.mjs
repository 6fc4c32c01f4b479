import { setTimeout as sleep } from "node:timers/promises";
import { FrameCounter } from "../lib/frame-counter.mjs";

const STREAM = "/xrpc/com.atproto.sync.subscribeRepos";
const ACCOUNTS = 50;
const COMMITS = 6_000;
/** Told but not verified yet, at most: a listener that is handed everything at once has to hang up and come again. */
const UNDER_WAY = 1_500;
const PATIENCE = 60_000;

/** @param {() => boolean | Promise<boolean>} done @param {string} what */
const until = async (done, what) => {
  for (const began = performance.now(); !(await done()); await sleep(2)) if (performance.now() - began > PATIENCE) throw new Error(`waited ${PATIENCE / 1000} s in vain: ${what}`);
};

/**
 * A peer's commits, from the host's socket until they have left the relay view: DID resolved, limits, CAR, tree undone, chain,
 * signature, the peer's own rows, the network's log, and one reader's frame.
 * @returns {import("./measures.mjs").Measure}
 */
const ingest = (key, curve) => {
  let dids;
  return {
    name: `relay ingest, ${curve}`,
    only: ["ingest"],
    asked: "relay",
    prepare: async ({ peer, log }) => {
      const { network, client, relayPort, admin } = peer;
      const seen = (peer.seen ??= { frames: 0 });
      if (seen.reader === undefined) {
        seen.reader = new FrameCounter(relayPort, STREAM, (frames) => (seen.frames += frames));
        await seen.reader.open((why) => (seen.ended = why));
      }
      const before = network.lastSeq;
      dids = network.populate(ACCOUNTS, curve);
      if (network.listeners === 0) await client.send("POST", "/admin/federation/peers", { token: admin, body: { url: network.origin, kind: "host", trust: "open" } });
      await until(() => network.listeners > 0, "the colony listens");
      if (before > 0) network.tell(before + 1, network.lastSeq);
      await until(() => seen.frames >= network.lastSeq, `the accounts are known (${seen.frames} of ${network.lastSeq})`);
      log(`ingest: ${ACCOUNTS} accounts with ${curve} keys`);
    },
    run: async (bed, scale) => {
      const { network, seen } = bed.peer;
      const count = scale(COMMITS);
      const first = network.lastSeq + 1;
      const bytes = network.write(dids, count);
      const base = seen.frames;
      const began = performance.now();
      let took = 0;
      const { cpuPerOp } = await bed.costed(count, async () => {
        for (let told = 0; told < count; ) {
          await until(() => told - (seen.frames - base) < UNDER_WAY, `commit ${told - UNDER_WAY} (${seen.frames - base} came)`);
          const next = Math.min(count, told + 250);
          network.tell(first + told, first + next - 1);
          told = next;
        }
        await until(() => seen.frames - base >= count, `the last commit (${seen.frames - base} of ${count})`);
        took = performance.now() - began;
      });
      return { [`${key}-rate`]: (count * 1000) / took, [`${key}-cpu`]: cpuPerOp * 1000, "ingest-size": bytes / count };
    },
  };
};

export const INGEST_MEASURES = [ingest("ingest-p256", "P-256"), ingest("ingest-k256", "secp256k1")];
