import { DatabaseSync } from "node:sqlite";
import { cidForCbor } from "@atproto/common";
import { assureValidNextOp } from "@did-plc/lib";
import { CID } from "multiformats/cid";

/**
 * The storage that `@did-plc/server` asks for (its `PlcDatabase`), in one SQLite file. Its routes and its validation stay
 * its own; this keeps what they accept: every operation with the time it came, over restarts.
 *
 * Times are strictly increasing over the whole directory, in milliseconds: `/export` pages by them, and two operations
 * with one time at the edge of a page would lose the second.
 */

/** @typedef {{ seq: number, did: string, cid: string, json: string, nullified: number, created_at: string }} OpRow */
/** @typedef {import("@did-plc/lib").IndexedOperation} IndexedOperation */
/** @typedef {import("@did-plc/server").PlcDatabase} PlcDatabase */

/** An error that the server's own handler turns into this status. */
class StatusError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS op (
    seq INTEGER PRIMARY KEY, did TEXT NOT NULL, cid TEXT NOT NULL, json TEXT NOT NULL,
    nullified INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL UNIQUE, UNIQUE (did, cid));`;

/** @param {OpRow} row @returns {IndexedOperation} */
const indexed = (row) => ({
  did: row.did,
  operation: JSON.parse(row.json),
  cid: CID.parse(row.cid),
  nullified: row.nullified === 1,
  createdAt: new Date(row.created_at),
});

/** @implements {PlcDatabase} */
export class PlcStore {
  #db;
  #now;

  /**
   * @param {string} path
   * @param {() => number} [now] Milliseconds since 1970.
   */
  constructor(path, now = Date.now) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
    this.#now = now;
  }

  async close() {
    this.#db.close();
  }

  async healthCheck() {
    this.#db.prepare("SELECT 1").get();
  }

  /** @param {string} did @param {boolean} [includeNullified] In the order in which they came. */
  async indexedOpsForDid(did, includeNullified = false) {
    const rows = this.#all("SELECT * FROM op WHERE did = ? ORDER BY seq", did);
    return rows.filter((row) => includeNullified || row.nullified === 0).map(indexed);
  }

  /** @param {string} did */
  async opsForDid(did) {
    return (await this.indexedOpsForDid(did)).map((op) => op.operation);
  }

  /** @param {string} did */
  async lastOpForDid(did) {
    return (await this.indexedOpsForDid(did)).at(-1)?.operation ?? null;
  }

  /**
   * @param {string} did
   * @param {import("@did-plc/lib").OpOrTombstone} proposed
   * @throws PlcError for an operation that is not valid here; 409 when another one came first.
   */
  async validateAndAddOp(did, proposed) {
    const before = this.#latest(did);
    const { nullified } = await assureValidNextOp(did, await this.indexedOpsForDid(did), proposed);
    const cid = await cidForCbor(proposed);
    // From here on nothing is awaited, so what was checked just above still holds unless it had changed by then.
    if (this.#latest(did) !== before) throw new StatusError(409, "Proposed prev does not match the most recent operation");
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const nullify = this.#db.prepare("UPDATE op SET nullified = 1 WHERE did = ? AND cid = ?");
      for (const old of nullified) nullify.run(did, old.toString());
      this.#db
        .prepare("INSERT INTO op (did, cid, json, created_at) VALUES (?, ?, ?, ?)")
        .run(did, cid.toString(), JSON.stringify(proposed), this.#nextTime());
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** @param {number} count @param {Date} [after] Exclusive. */
  async exportOps(count, after) {
    const since = after === undefined || Number.isNaN(after.getTime()) ? "" : after.toISOString();
    return this.#all("SELECT * FROM op WHERE created_at > ? ORDER BY created_at LIMIT ?", since, count).map((row) => ({
      did: row.did,
      operation: indexed(row).operation,
      cid: row.cid,
      nullified: row.nullified === 1,
      createdAt: row.created_at,
    }));
  }

  /** @param {string} did @returns The number of the newest operation, nullified ones included; 0 for none. */
  #latest(did) {
    return Number(this.#db.prepare("SELECT max(seq) AS seq FROM op WHERE did = ?").get(did)?.seq ?? 0);
  }

  #nextTime() {
    const last = this.#db.prepare("SELECT max(created_at) AS at FROM op").get()?.at;
    const floor = typeof last === "string" ? Date.parse(last) + 1 : 0;
    return new Date(Math.max(this.#now(), floor)).toISOString();
  }

  /** @param {string} sql @param {(string | number)[]} values @returns {OpRow[]} */
  #all(sql, ...values) {
    return /** @type {OpRow[]} the columns of SCHEMA */ (/** @type {unknown} */ (this.#db.prepare(sql).all(...values)));
  }
}
