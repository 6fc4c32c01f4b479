import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "../../scripts/testing/patience.mjs";

/** Wait for a condition. @throws Error naming `what` after `within` ms. */
export const until = async (condition: () => boolean | Promise<boolean>, what: string, within = patience.expect.poll.timeout): Promise<void> => {
  const deadline = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${within} ms in vain: ${what}`);
    await sleep(20);
  }
};
