import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What an agent does by alarm within this, in ms, may come to a fault before the request that is meant to; what it does in days does not. */
const SOON = 60_000;

/** Whether nothing soon follows from what was done in a colony that runs. Its disk is asked: whoever asks an agent wakes it. */
export const isAtRest = (folder: string): boolean =>
  counts(folder, "rookery-Agent", "due", `at < ${Date.now() + SOON}`) + counts(folder, "rookery-Relay", "delivery", "1") + counts(folder, "rookery-Relay", "waking", `due < ${Date.now() + SOON}`) === 0;

/** Rows of a table in all objects of a class. One that cannot be read now counts. */
const counts = (folder: string, className: string, table: string, where: string): number => {
  const objects = join(folder, "state/do", className);
  const files = readdirSync(objects).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return files.reduce((sum, name) => sum + count(join(objects, name), table, where), 0);
};

const count = (path: string, table: string, where: string): number => {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      // An object of which nothing came has no tables.
      if (database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table) === undefined) return 0;
      return Number(database.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`).get()?.["n"]);
    } finally {
      database.close();
    }
  } catch {
    return 1;
  }
};
