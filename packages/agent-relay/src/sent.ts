import { MAX_SENT } from "./settings.ts";

/**
 * Whom records of accounts that live elsewhere were delivered to. A commit that deletes a record does not say whom it was for,
 * and a record that comes a second time need not wake anybody. Bounded: the oldest is forgotten first.
 */
export class Sent {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Note a delivery, beside those of the same record before, within the caller's transaction. */
  note(author: number, path: string, cid: string, to: string[] | "all"): void {
    const before = this.of(author, path);
    const had = before?.cid === cid ? before.to : [];
    const recipients = to === "all" || had === "all" ? "all" : [...new Set([...had, ...to])].join(" ");
    this.#sql.exec("INSERT OR REPLACE INTO sent (author, path, cid, recipients) VALUES (?, ?, ?, ?)", author, path, cid, recipients);
    this.#sql.exec("DELETE FROM sent WHERE id <= (SELECT MAX(id) FROM sent) - ?", MAX_SENT);
  }

  /** Whom the record at a path was delivered to, and which one it was; undefined when it was not, or is forgotten. */
  of(author: number, path: string): { cid: string; to: string[] | "all" } | undefined {
    const [row] = this.#sql.exec<{ cid: string; recipients: string }>("SELECT cid, recipients FROM sent WHERE author = ? AND path = ?", author, path).toArray();
    return row === undefined ? undefined : { cid: row.cid, to: row.recipients === "all" ? "all" : row.recipients.split(" ") };
  }

  /** Paths of an author's records that were delivered and not taken back, newest first, at most so many. */
  pathsOf(author: number, limit: number): string[] {
    return this.#sql.exec<{ path: string }>("SELECT path FROM sent WHERE author = ? ORDER BY id DESC LIMIT ?", author, limit).toArray().map(({ path }) => path);
  }

  /** The record was taken back. */
  forget(author: number, path: string): void {
    this.#sql.exec("DELETE FROM sent WHERE author = ? AND path = ?", author, path);
  }
}
