import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** What this module tells about processes. Linux is asked through /proc, other systems through `ps`. */

const hasProc = process.platform === "linux";

/** @param {string} path */
const readOrEmpty = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone meanwhile, or another user's: either way not one of ours.
    return "";
  }
};

/**
 * Running processes of a program that carry an environment entry.
 * @param {string} program Base name of the executable.
 * @param {string} entry `NAME=value`, compared whole.
 * @returns {number[]}
 */
export const findByEnvironment = (program, entry) => (hasProc ? fromProc(program, entry) : fromPs(program, entry));

/** @param {string} program @param {string} entry */
const fromProc = (program, entry) =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readOrEmpty(`/proc/${pid}/comm`).trim() === program)
    .filter((pid) => readOrEmpty(`/proc/${pid}/environ`).split("\0").includes(entry))
    .map(Number);

/** `e` shows the environment after the command line, separated by spaces. @param {string} program @param {string} entry */
const fromPs = (program, entry) =>
  execFileSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 1 << 26 })
    .split("\n")
    .flatMap((line) => {
      const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
      const isProgram = command.split(" ", 1)[0]?.split("/").at(-1) === program;
      return isProgram && `${command} `.includes(` ${entry} `) ? [Number(pid)] : [];
    });

/**
 * @param {number} pid
 * @returns {{ parent: number, program: string } | undefined} Nothing for a process that has ended, collected or not.
 */
export const describeProcess = (pid) => {
  if (hasProc) {
    // The name is in parentheses and may itself contain some.
    const [, program = "", parent = ""] = /^\d+ \((.*)\) [^ZX] (\d+) /s.exec(readOrEmpty(`/proc/${pid}/stat`)) ?? [];
    return parent === "" ? undefined : { parent: Number(parent), program };
  }
  try {
    const line = execFileSync("ps", ["-o", "ppid=,stat=,comm=", "-p", String(pid)], { encoding: "utf8" }).trim();
    const [, parent = "", program = ""] = /^(\d+)\s+[^Z]\S*\s+(.*)$/.exec(line) ?? [];
    return parent === "" ? undefined : { parent: Number(parent), program: program.split("/").at(-1) ?? program };
  } catch {
    return undefined;
  }
};

/**
 * Ends a process on the spot.
 * @param {number} pid
 * @returns {boolean} Whether it was there: it may have ended by itself since somebody looked.
 */
export const killNow = (pid) => {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
};
