import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { Refusal } from "./refusal.mjs";

/**
 * Holds a state folder for this process. The lock is SQLite's own, so the kernel gives it back however the process ends.
 * @param {string} folder
 * @param {string} what `colony` or `plc`: names the lock file, and the holder in the message.
 * @returns Gives the folder back.
 * @throws Refusal when another process holds it.
 */
export const holdFolder = (folder, what) => {
  const lock = new DatabaseSync(join(folder, `${what}.lock`), { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new Refusal(`Another ${what === "plc" ? "PLC directory" : what} is running on ${folder}. Stop it, or choose another folder with --data DIR.`);
  }
  return () => lock.close();
};
