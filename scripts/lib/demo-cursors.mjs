import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivately } from "./secrets.mjs";

/** How far each demo agent has read its inbox, kept in `demo.json`, so that no message is answered twice. */
export class DemoCursors {
  #path;
  /** @type {Record<string, string>} */
  #cursors;

  /** @param {string} dataDir State folder. */
  constructor(dataDir) {
    this.#path = join(dataDir, "demo.json");
    this.#cursors = existsSync(this.#path) ? JSON.parse(readFileSync(this.#path, "utf8")) : {};
  }

  /** @param {string} did */
  get(did) {
    return this.#cursors[did];
  }

  /** @param {string} did @param {string} cursor */
  set(did, cursor) {
    this.#cursors[did] = cursor;
    writePrivately(this.#path, `${JSON.stringify(this.#cursors, null, 2)}\n`);
  }
}
