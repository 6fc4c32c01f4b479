import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @param {string} folder */
const pathIn = (folder) => join(folder, "origin");

/**
 * The address that a state folder's agents were made for; nothing for a folder without a colony.
 * @param {string} folder
 */
export const keptOrigin = (folder) => (existsSync(pathIn(folder)) ? readFileSync(pathIn(folder), "utf8").trim() : undefined);

/**
 * Remembers which address a state folder's agents were made for. Their DID documents name it, so the same folder under
 * another port works for the colony itself but not for whoever follows a DID; that must not stay unsaid.
 * @param {string} folder
 * @param {string} origin
 * @param {(line: string) => void} log
 */
export const noteOrigin = (folder, origin, log) => {
  const first = keptOrigin(folder);
  if (first === undefined) writeFileSync(pathIn(folder), `${origin}\n`);
  else if (first !== origin) log(`note: agents of this folder were made for ${first}, and their DID documents still name it; this colony is ${origin}. For another address take another folder (--data DIR).`);
};
