import type { Verified } from "../inbox/verify.ts";
import type { SourceName } from "../ports.ts";
import type { JobResult } from "../scheduler.ts";
import type { Why } from "./judge.ts";
import { MAX_QUARANTINE_BYTES, MAX_QUARANTINE_ROWS, QUARANTINE_LIFE } from "./limits.ts";
import type { QuarantinedItem, QuarantineSelection } from "./reach-api.ts";
import { makeRoom } from "./room.ts";
import type { Tally } from "./tally.ts";

/** A message as it waits, whole. */
export interface Held {
  id: number;
  message: Verified;
  source: SourceName;
  /** Milliseconds since 1970. */
  at: number;
}

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  identity: string;
  source: SourceName;
  seq: number;
  author: string;
  path: string;
  rev: string;
  cid: string | null;
  action: string;
  host: string | null;
  why: string;
  at: number;
  size: number;
  bytes: ArrayBuffer | null;
}

/**
 * Messages that wait for the agent's decision, as they came: what was sealed stays sealed. One that was discarded leaves its
 * row until its time is over, without its bytes, so that another copy of it is not asked about again.
 */
export class Quarantine {
  readonly #sql: SqlStorage;
  readonly #tally: Tally;

  constructor(sql: SqlStorage, tally: Tally) {
    this.#sql = sql;
    this.#tally = tally;
  }

  /** Within the caller's transaction. A copy of one that waits, or was discarded, changes nothing. */
  put(message: Verified, source: SourceName, why: Why, now: number): void {
    const { identity, seq, author, path, rev, cid, action, bytes, host } = message;
    this.#sql.exec(
      `INSERT OR IGNORE INTO quarantine (identity, source, seq, author, path, rev, cid, action, host, why, at, size, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      identity, source, seq, author, path, rev, cid ?? null, action, host ?? null, why, now, bytes?.length ?? 0, bytes ?? null,
    );
    this.#makeRoom();
  }

  /** Whether a message waits, or was discarded: another copy of it is nothing new. */
  has(identity: string): boolean {
    return this.#sql.exec("SELECT 1 FROM quarantine WHERE identity = ?", identity).toArray().length > 0;
  }

  /** What waits at a path was taken back by a commit of `rev`, within the caller's transaction. False when nothing was there. */
  retract(author: string, path: string, rev: string): boolean {
    return this.#sql.exec("UPDATE quarantine SET discarded = 1, bytes = NULL, size = 0 WHERE author = ? AND path = ? AND rev < ? RETURNING id", author, path, rev).toArray().length > 0;
  }

  /** How many wait. */
  get count(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM quarantine WHERE discarded = 0").one().n;
  }

  list(after: number, limit: number): { id: number; item: QuarantinedItem }[] {
    return this.#sql
      .exec<Row>("SELECT id, identity, source, seq, author, path, rev, cid, action, host, why, at, size, NULL AS bytes FROM quarantine WHERE discarded = 0 AND id > ? ORDER BY id LIMIT ?", after, limit)
      .toArray()
      .map(({ id, author, path, cid, host, size, why, at }) => ({
        id,
        item: {
          uri: `at://${author}/${path}`, author, bytes: size, why, receivedAt: new Date(at).toISOString(), expiresAt: new Date(at + QUARANTINE_LIFE).toISOString(),
          ...(cid === null ? {} : { cid }), ...(host === null ? {} : { host }),
        },
      }));
  }

  /** The selected ones, oldest first. */
  *select({ uris, author }: QuarantineSelection): Generator<Held> {
    const wanted = uris === undefined ? undefined : new Set(uris);
    const ids = this.#sql.exec<{ id: number; author: string; path: string }>("SELECT id, author, path FROM quarantine WHERE discarded = 0 ORDER BY id").toArray();
    for (const row of ids) {
      if ((author !== undefined && row.author !== author) || (wanted !== undefined && !wanted.has(`at://${row.author}/${row.path}`))) continue;
      // One at a time: all of it may be more than the object has memory for.
      const [held] = this.#sql.exec<Row>("SELECT * FROM quarantine WHERE id = ?", row.id).toArray();
      if (held !== undefined) yield heldOf(held);
    }
  }

  /** It has gone into the inbox, or makes room. */
  remove(id: number): void {
    this.#sql.exec("DELETE FROM quarantine WHERE id = ?", id);
  }

  discard(id: number): void {
    this.#sql.exec("UPDATE quarantine SET discarded = 1, bytes = NULL, size = 0 WHERE id = ?", id);
  }

  /** The alarm's turn: let go what nobody decided on in time. */
  async job(): Promise<JobResult> {
    const now = Date.now();
    const due = now - QUARANTINE_LIFE;
    this.#tally.add("expired", this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM quarantine WHERE at <= ? AND discarded = 0", due).one().n);
    this.#sql.exec("DELETE FROM quarantine WHERE at <= ?", due);
    const next = this.nextExpiry();
    return next === undefined ? undefined : { again: Math.max(0, next - now) };
  }

  /** Milliseconds since 1970; undefined when nothing is there. */
  nextExpiry(): number | undefined {
    const { at } = this.#sql.exec<{ at: number | null }>("SELECT MIN(at) AS at FROM quarantine").one();
    return at === null ? undefined : at + QUARANTINE_LIFE;
  }

  #makeRoom(): void {
    const { n, bytes } = this.#sql.exec<{ n: number; bytes: number | null }>("SELECT COUNT(*) AS n, SUM(size) AS bytes FROM quarantine").one();
    if (n <= MAX_QUARANTINE_ROWS && (bytes ?? 0) <= MAX_QUARANTINE_BYTES) return;
    const rows = this.#sql.exec<{ id: number; host: string; size: number; discarded: number }>("SELECT id, COALESCE(host, '') AS host, size, discarded FROM quarantine ORDER BY id").toArray();
    const gone = makeRoom(rows.map(({ discarded, ...row }) => ({ ...row, isDiscarded: discarded === 1 })), MAX_QUARANTINE_ROWS, MAX_QUARANTINE_BYTES);
    for (const { id } of gone) this.remove(id);
    this.#tally.add("expired", gone.filter(({ isDiscarded }) => !isDiscarded).length);
  }
}

const heldOf = ({ id, source, at, cid, bytes, action, identity, seq, author, path, rev }: Row): Held => ({
  id, source, at,
  message: {
    identity, seq, author, path, rev, action: action === "delete" ? "delete" : "create",
    ...(cid === null ? {} : { cid }), ...(bytes === null ? {} : { bytes: new Uint8Array(bytes) }),
  },
});
