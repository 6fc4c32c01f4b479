import { mkdirSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";

/** The repository's folder, wherever the command was called from. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Where a colony lives when nothing else is said. */
export const DEFAULT_DATA = join(ROOT, ".data");

/**
 * Makes a state folder if need be. Private from the start: it holds keys.
 * @param {string | undefined} given Relative to the working directory; the repository's `.data` when absent.
 * @returns Its real path: two names of one folder must not look like two folders.
 */
export const stateFolder = (given) => {
  const folder = given === undefined ? DEFAULT_DATA : resolve(given);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return realpathSync(folder);
};
