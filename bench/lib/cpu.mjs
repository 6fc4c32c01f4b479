import { readFileSync, readdirSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Kernel clock ticks per second, the unit of /proc/PID/stat. */
const TICKS = process.platform === "linux" ? Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" })) : 0;

/** How long a server gets to finish what goes on after its last answer (relay, acknowledgements), in ms. */
const SETTLE = 100;

/** @param {string} path */
const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // The process or thread has ended meanwhile.
  }
};

/** @param {string} path */
const list = (path) => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** @param {number} pid @returns {number[]} The process and everything under it. */
export const processTree = (pid) => [
  pid,
  ...list(`/proc/${pid}/task`).flatMap((tid) =>
    read(`/proc/${pid}/task/${tid}/children`).split(" ").filter(Boolean).flatMap((child) => processTree(Number(child))),
  ),
];

/** @param {number} pid @returns User and system time of a process tree so far, in ms; NaN where there is no /proc. */
export const treeCpu = (pid) =>
  processTree(pid).reduce((sum, one) => {
    // The name is in parentheses and may contain spaces: fields are counted after it. 14 and 15 are utime and stime.
    const fields = read(`/proc/${one}/stat`).split(") ").at(-1)?.split(" ") ?? [];
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
  }, 0);

/** @param {number} pid @param {string} [name] Only processes of that name. @returns Resident memory of a process tree, in MB. */
export const treeMemory = (pid, name) =>
  processTree(pid)
    .filter((one) => name === undefined || read(`/proc/${one}/comm`).trim() === name)
    .reduce((sum, one) => sum + Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${one}/status`))?.[1] ?? 0) / 1000, 0);

/**
 * CPU of a server while `work` runs and settles.
 * @template T
 * @param {number} pid
 * @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, cpu: number }>} `cpu` in ms.
 */
export const withCpu = async (pid, work) => {
  const before = treeCpu(pid);
  const result = await work();
  await sleep(SETTLE);
  return { result, cpu: treeCpu(pid) - before };
};
