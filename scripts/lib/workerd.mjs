import { setTimeout as sleep } from "node:timers/promises";
import { describeProcess, findByEnvironment, killNow } from "./processes.mjs";
import { Refusal } from "./refusal.mjs";

/**
 * Every workerd we start carries its state folder in its environment. So one that outlived its launcher (SIGKILL) is
 * found by what it is, not by a number written down that may be stale or belong to somebody else by now.
 */
const MARK = "ROOKERY_STATE";

/** @param {string} folder @returns {Record<string, string>} Environment for workerd. */
export const markFor = (folder) => ({ [MARK]: folder });

/**
 * Process ids of the workerd serving a state folder.
 * @param {string} folder Real path of the folder.
 */
export const workerdsOf = (folder) => findByEnvironment("workerd", `${MARK}=${folder}`);

/**
 * Ends workerds left behind on a folder. Only for the holder of its lock: to anybody else they are no orphans.
 * @param {string} folder
 * @returns How many there were.
 */
export const endOrphans = async (folder) => {
  const orphans = workerdsOf(folder);
  for (const pid of orphans) killNow(pid);
  for (let wait = 0; orphans.some((pid) => describeProcess(pid) !== undefined); wait++) {
    if (wait === 100) throw new Refusal(`workerd ${orphans.join(", ")} still holds ${folder} and does not end. End it by hand.`);
    await sleep(50);
  }
  return orphans.length;
};
