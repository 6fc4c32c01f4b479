import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Remembers which address a state folder's agents were made for. Their DID documents name it, so the same folder under
 * another port works for the colony itself but not for whoever follows a DID; that must not stay unsaid.
 * @param {string} folder
 * @param {string} origin
 * @param {(line: string) => void} log
 */
export const noteOrigin = (folder, origin, log) => {
  const path = join(folder, "origin");
  if (!existsSync(path)) {
    writeFileSync(path, `${origin}\n`);
    return;
  }
  const first = readFileSync(path, "utf8").trim();
  if (first !== origin) log(`note: agents of this folder were made for ${first}, and their DID documents still name it; this colony is ${origin}. For another address take another folder (--data DIR).`);
};
