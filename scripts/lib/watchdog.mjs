import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "./refusal.mjs";

/**
 * Miniflare restarts a workerd that died, but gives up for ever when workerd dies again during that restart; Node lives
 * on and the port is dead. This looks at the port, and after some misses in a row makes everything anew, as often as needed. It looks
 * only when a connection that it holds has broken: a process that ends breaks it at once, and looking all the time is most of what an
 * idle colony would cost.
 * @param {object} watch
 * @param {() => Promise<boolean>} watch.alive
 * @param {(signal: AbortSignal) => Promise<void>} watch.broken Resolves when there is reason to look.
 * @param {() => Promise<void>} watch.revive
 * @param {(line: string) => void} watch.log
 * @param {AbortSignal} watch.signal Ends the watch.
 * @param {number} [watch.everyMs]
 * @param {number} [watch.misses] Miniflare's own restart takes half a second, more on a loaded machine.
 * @returns Once the watch has ended; no revival is under way then.
 */
export const keepAlive = async ({ alive, broken, revive, log, signal, everyMs = 250, misses = 8 }) => {
  let missed = 0;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    if (missed === 0 && !signal.aborted) await broken(signal);
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
