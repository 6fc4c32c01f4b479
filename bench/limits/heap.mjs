import { setTimeout as sleep } from "node:timers/promises";
import { treeMemory } from "../lib/cpu.mjs";

/** Pause between two looks, ms: each is a collection of its own. */
const LOOK_EVERY = 25;

/** What the isolate holds after a collection, in MB: its heap, and the buffers that hang on it. @param {import("../peers/peers.mjs").Peer} peer */
export const liveHeap = async ({ inspector }) => {
  if (inspector === undefined) throw new Error("the colony was started without its inspector");
  await inspector.send("HeapProfiler.collectGarbage");
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await inspector.send("Runtime.getHeapUsage");
  return (usedSize + embedderHeapUsedSize + backingStorageSize) / 1e6;
};

/**
 * The most that the isolate held at once while `work` ran, and the most that its process took beyond what it had before, in MB. The
 * isolate is looked at after a collection each time: what is garbage would be gone before an isolate at its limit is ended for it.
 * @param {import("../peers/peers.mjs").Peer} peer @param {() => Promise<unknown>} work
 */
export const peakHeap = async (peer, work) => {
  const before = treeMemory(peer.pid, "workerd");
  let [peak, resident] = [0, 0];
  const over = new AbortController();
  const working = work().finally(() => over.abort());
  // Whoever fails is told of below; until then nobody waits for it.
  working.catch(() => undefined);
  for (; !over.signal.aborted; await sleep(LOOK_EVERY)) {
    peak = Math.max(peak, await liveHeap(peer));
    resident = Math.max(resident, treeMemory(peer.pid, "workerd") - before);
  }
  await working;
  return { peak, resident };
};
