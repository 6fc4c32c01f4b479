import { accessSync, constants, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Refusal, reasonOf } from "./refusal.mjs";

/** The repository's folder, wherever the command was called from. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Where a colony lives when nothing else is said. */
export const DEFAULT_DATA = join(ROOT, ".data");

/**
 * Makes a state folder if need be. Private from the start: it holds keys.
 * @param {string | undefined} given Relative to the working directory; the repository's `.data` when absent.
 * @returns Its real path: two names of one folder must not look like two folders.
 * @throws Refusal when it cannot be made or written to.
 */
export const stateFolder = (given) => {
  const folder = given === undefined ? DEFAULT_DATA : resolve(given);
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Refusal(`${folder} cannot be the state folder (${reasonOf(error)}). Choose another with --data DIR.`);
  }
  return realpathSync(folder);
};

/**
 * Level by level: `mkdirSync` with `recursive` never returns on file systems that answer ENOENT for what is not theirs
 * to make, as /proc does.
 * @param {string} folder
 */
const makeFolder = (folder) => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
};
