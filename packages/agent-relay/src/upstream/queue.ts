import type { UpstreamLimits } from "./settings.ts";

/** A record that waits for its author's host to be asked. */
export interface Waiting {
  id: number;
  author: string;
  path: string;
  /** As the stream has it; null for a delete. */
  cid: string | null;
  tries: number;
}

/** Records on their way from the stream to their author's host: on disk before the cursor moves on, so that a restart loses none. */
export class Queue {
  readonly #sql: SqlStorage;
  readonly #limits: UpstreamLimits;

  constructor(sql: SqlStorage, limits: UpstreamLimits) {
    this.#sql = sql;
    this.#limits = limits;
  }

  get size(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM waiting").one().n;
  }

  /** Whether it is worth reading on: half of the places are free, or one can be made free. */
  get hasRoom(): boolean {
    return this.size <= this.#limits.maxWaiting / 2 || this.#sql.exec("SELECT 1 FROM waiting WHERE tries >= ? LIMIT 1", this.#limits.triesForRoom).toArray().length > 0;
  }

  /**
   * Add a record, within the caller's transaction; one that waits already is left as it is. When there is no room, the one that
   * was tried most often in vain is given up for it (`replaced`); when none was tried often, the stream has to wait (`full`).
   */
  add(author: string, path: string, cid: string | null, now: number): "added" | "replaced" | "repeat" | "too-many" | "full" {
    const { mine, all } = this.#sql.exec<{ mine: number; all: number }>("SELECT (SELECT COUNT(*) FROM waiting WHERE author = ?) AS mine, (SELECT COUNT(*) FROM waiting) AS \"all\"", author).one();
    if (this.#sql.exec("SELECT 1 FROM waiting WHERE author = ? AND path = ? AND cid IS ?", author, path, cid).toArray().length > 0) return "repeat";
    if (mine >= this.#limits.maxPerAuthor) return "too-many";
    const isFull = all >= this.#limits.maxWaiting;
    if (isFull && !this.#makeRoom()) return "full";
    this.#sql.exec("INSERT INTO waiting (author, path, cid, tries, due) VALUES (?, ?, ?, 0, ?)", author, path, cid, now);
    return isFull ? "replaced" : "added";
  }

  /** What is due, the oldest of each author, without the authors that are being seen to. New ones go before those that failed. */
  due(now: number, limit: number, busy: ReadonlySet<string>): Waiting[] {
    return this.#sql
      .exec<Row>(
        `SELECT id, author, path, cid, tries FROM waiting w WHERE due <= ?
           AND NOT EXISTS (SELECT 1 FROM waiting e WHERE e.author = w.author AND e.id < w.id) ORDER BY tries > 0, id LIMIT ?`,
        now, limit + busy.size,
      )
      .toArray()
      .filter(({ author }) => !busy.has(author))
      .slice(0, limit);
  }

  /** When the next one is due, the busy authors' aside; undefined when none waits. */
  nextDue(busy: ReadonlySet<string>): number | undefined {
    return this.#sql
      .exec<{ author: string; due: number }>(
        "SELECT author, due FROM waiting w WHERE NOT EXISTS (SELECT 1 FROM waiting e WHERE e.author = w.author AND e.id < w.id) ORDER BY due LIMIT ?", busy.size + 1,
      )
      .toArray()
      .find(({ author }) => !busy.has(author))?.due;
  }

  /** Try again later. */
  postpone(id: number, tries: number, due: number): void {
    this.#sql.exec("UPDATE waiting SET tries = ?, due = ? WHERE id = ?", tries, due, id);
  }

  remove(id: number): void {
    this.#sql.exec("DELETE FROM waiting WHERE id = ?", id);
  }

  #makeRoom(): boolean {
    return this.#sql.exec("DELETE FROM waiting WHERE id = (SELECT id FROM waiting WHERE tries >= ? ORDER BY tries DESC, id LIMIT 1) RETURNING id", this.#limits.triesForRoom).toArray().length > 0;
  }
}

type Row = { [K in keyof Waiting]: Waiting[K] };
