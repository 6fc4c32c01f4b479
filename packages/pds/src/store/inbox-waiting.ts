import { MAX_REASON_CHARS } from "../limits.ts";
import type { SourceName } from "../ports.ts";

/** Deliveries that wait to be tried again, in the order in which they came, which is the order of each sender. */

type Row = { [K in keyof Waiting]: Waiting[K] };

const COLUMNS = "source, seq, path, author, tries, refusals, reason";

/** One of them. Its evidence stays with the relay, which keeps what is not acknowledged. */
export interface Waiting {
  source: SourceName;
  seq: number;
  path: string;
  author: string;
  /** In all. */
  tries: number;
  /** Those that found it bad; the others, that its sender cannot be resolved. */
  refusals: number;
  reason: string;
}

/** The oldest of each sender, if it is due: those tried least come first, so that none starves behind slow ones. */
export function dueSenders(sql: SqlStorage, now: number): string[] {
  return sql
    .exec<{ author: string }>("SELECT author FROM inbox_waiting WHERE id IN (SELECT MIN(id) FROM inbox_waiting GROUP BY author) AND due <= ? ORDER BY tries, id", now)
    .toArray()
    .map(({ author }) => author);
}

/** When the next sender is due, in milliseconds since 1970; undefined when nothing waits. */
export function nextDue(sql: SqlStorage): number | undefined {
  return sql.exec<{ due: number | null }>("SELECT MIN(due) AS due FROM inbox_waiting WHERE id IN (SELECT MIN(id) FROM inbox_waiting GROUP BY author)").one().due ?? undefined;
}

/** The delivery of an author that has waited longest: no other of theirs is tried before it. */
export function oldestOf(sql: SqlStorage, author: string): Waiting | undefined {
  return sql.exec<Row>(`SELECT ${COLUMNS} FROM inbox_waiting WHERE author = ? ORDER BY id LIMIT 1`, author).toArray()[0];
}

/** How many wait, of all authors. */
export function countWaiting(sql: SqlStorage): number {
  return sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM inbox_waiting").one().n;
}

/** DIDs of those whose deliveries wait. */
export function waitingAuthors(sql: SqlStorage): string[] {
  return sql.exec<{ author: string }>("SELECT DISTINCT author FROM inbox_waiting").toArray().map(({ author }) => author);
}

/** Keeps its place when it is there already. @param due milliseconds since 1970; counts while it is its sender's oldest. */
export function putWaiting(sql: SqlStorage, { source, seq, path, author, tries, refusals, reason }: Waiting, due: number): void {
  sql.exec(
    `INSERT INTO inbox_waiting (source, seq, path, author, tries, refusals, reason, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (source, seq, path) DO UPDATE SET tries = excluded.tries, refusals = excluded.refusals, reason = excluded.reason, due = excluded.due`,
    source, seq, path, author, tries, refusals, reason.slice(0, MAX_REASON_CHARS), due,
  );
}

/** One more try counted for everything of a sender that waits behind its oldest. */
export function countTry(sql: SqlStorage, { source, seq, path, author }: Waiting): void {
  sql.exec("UPDATE inbox_waiting SET tries = tries + 1 WHERE author = ? AND NOT (source = ? AND seq = ? AND path = ?)", author, source, seq, path);
}

/** What of a sender was tried at least so often. */
export function triedOften(sql: SqlStorage, author: string, tries: number): Waiting[] {
  return sql.exec<Row>(`SELECT ${COLUMNS} FROM inbox_waiting WHERE author = ? AND tries >= ? ORDER BY id`, author, tries).toArray();
}

/** What is to make room: the newest of whoever has most waiting; among equals, of whoever was tried most often. */
export function mostWaiting(sql: SqlStorage, limit: number): Waiting[] {
  return sql
    .exec<Row>(
      `SELECT w.source AS source, w.seq AS seq, w.path AS path, w.author AS author, w.tries AS tries, w.refusals AS refusals, w.reason AS reason FROM inbox_waiting w
         JOIN (SELECT author, COUNT(*) AS n, MAX(tries) AS tried FROM inbox_waiting GROUP BY author) s ON s.author = w.author
        ORDER BY s.n DESC, s.tried DESC, w.id DESC LIMIT ?`,
      limit,
    )
    .toArray();
}

/** It waits no more. */
export function deleteWaiting(sql: SqlStorage, { source, seq, path }: Pick<Waiting, "source" | "seq" | "path">): void {
  sql.exec("DELETE FROM inbox_waiting WHERE source = ? AND seq = ? AND path = ?", source, seq, path);
}
