import { readdirSync, readlinkSync } from "node:fs";
import { processTree } from "./cpu.mjs";

/** @param {number} pid @returns Files that a process has open. */
const filesOf = (pid) => {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return ""; // Closed meanwhile.
      }
    });
  } catch {
    return []; // The process has ended meanwhile.
  }
};

/** What workerd keeps of a class, its alarms among it; always open. */
const OF_ALL = "metadata.sqlite";

/**
 * Databases of Durable Objects that a server has open: an object that is awake has one.
 * @param {number} pid Root of the server's process tree. @param {string} name The class's name.
 */
export const openDatabases = (pid, name) =>
  new Set(processTree(pid).flatMap(filesOf).filter((path) => path.endsWith(".sqlite") && !path.endsWith(OF_ALL) && path.split("/").at(-2)?.endsWith(`-${name}`)));
