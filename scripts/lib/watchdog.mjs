import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./refusal.mjs";

/**
 * Miniflare restarts a workerd that died, but gives up for ever when workerd dies again during that restart; Node lives
 * on and the port is dead. This looks at the port, and after some misses in a row makes everything anew, as often as needed.
 * @param {object} watch
 * @param {() => Promise<boolean>} watch.alive
 * @param {() => Promise<void>} watch.revive
 * @param {(line: string) => void} watch.log
 * @param {AbortSignal} watch.signal Ends the watch.
 * @param {number} [watch.everyMs]
 * @param {number} [watch.misses] Miniflare's own restart takes half a second, more on a loaded machine.
 * @returns Once the watch has ended; no revival is under way then.
 */
export const keepAlive = async ({ alive, revive, log, signal, everyMs = 250, misses = 8 }) => {
  let missed = 0;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    missed = (await alive()) ? 0 : missed + 1;
    if (missed < misses || signal.aborted) continue;
    log("workerd is gone, starting it anew");
    try {
      await revive();
      log("workerd is back");
    } catch (error) {
      log(`workerd did not start: ${reasonOf(error)}`);
    }
    missed = 0;
  }
};
