import { setTimeout as sleep } from "node:timers/promises";
import { isStatementFault } from "./migrations.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";

/** Between attempts, in ms. */
const PAUSE = 1000;

/**
 * Does a step again when workerd died under it, or could not begin: also because a port that was free a moment ago is taken, which may be
 * over in a moment. What would go wrong the same way again is not tried again.
 * @param {(attempt: number) => Promise<void>} step Safe to repeat.
 * @param {number} attempts
 * @param {(line: string) => void} log
 * @param {number} [pauseMs]
 * @throws What the step threw last.
 */
export const insist = async (step, attempts, log, pauseMs = PAUSE) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step(attempt);
    } catch (error) {
      if (error instanceof Refusal || isStatementFault(error) || attempt === attempts) throw error;
      log(`workerd failed (${reasonOf(error)}), trying again`);
      await sleep(pauseMs);
    }
  }
};
