import type { InboxMessage } from "../agent-api.ts";
import type { Verified } from "../inbox/verify.ts";
import { MAX_INBOX_BYTES, MAX_INBOX_ROWS, MAX_REASON_CHARS } from "../limits.ts";
import type { SourceName } from "../ports.ts";
import type { Waiting } from "./inbox-waiting.ts";
import { rowsWithin } from "./rows-within.ts";

/** A page of large messages ends here, before `limit`; an RPC answer holds 32 MB. */
const MAX_PAGE_BYTES = 8_000_000;

/** Rows that go at a time when there are too many bytes. */
const TRIM_SLICE_ROWS = 20;

type UntoldRow = { [K in keyof Waiting]: Waiting[K] };

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  source: SourceName;
  seq: number;
  author: string;
  path: string;
  cid: string | null;
  action: string;
  received: string;
  bytes: ArrayBuffer | null;
}

/**
 * Store a message once, however often and by whichever relay it comes. True when it was new.
 *
 * A record is known by its CID. A retraction is known by what is there: it counts when the newest that is known of its path is a
 * record, and an older one than the commit that shows it gone; a record that was taken back before it came is left out. The same
 * record written anew after a retraction is a message again, as its newer commit shows.
 */
export function insertMessage(sql: SqlStorage, m: Verified, source: SourceName, received: string): boolean {
  const newest = newestAt(sql, `${m.author}/${m.path}`);
  if (m.action === "delete" && newest !== undefined && (newest.action === "delete" || newest.rev >= m.rev)) return false;
  if (m.action === "create" && newest?.action === "delete" && newest.rev >= m.rev) return false;
  if (newest !== undefined && newest.cid === m.cid) {
    // It is still there: what took it back before this commit is history.
    sql.exec("UPDATE inbox SET rev = ? WHERE id = ? AND COALESCE(rev, '') < ?", m.rev, newest.id, m.rev);
    return false;
  }
  const isAgain = newest?.action === "delete" && newest.rev !== "" && sql.exec("SELECT 1 FROM inbox WHERE identity = ?", m.identity).toArray().length > 0;
  const cursor = sql.exec(
    "INSERT OR IGNORE INTO inbox (identity, source, seq, author, path, rev, cid, action, received, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    isAgain ? `${m.identity} ${m.rev}` : m.identity, source, m.seq, m.author, m.path, m.rev, m.cid ?? null, m.action, received, m.bytes ?? null,
  );
  const isNew = cursor.toArray().length > 0;
  if (isNew && m.bytes !== undefined) countBytes(sql, m.bytes.length);
  return isNew;
}

/** The newest message of one path, by rev. Identities begin with their path and a space; "!" is the character after it. */
export function newestAt(sql: SqlStorage, uri: string): { id: number; cid: string | null; action: string; rev: string } | undefined {
  return sql
    .exec<{ id: number; cid: string | null; action: string; rev: string }>(
      "SELECT id, cid, action, COALESCE(rev, '') AS rev FROM inbox WHERE identity > ? AND identity < ? ORDER BY COALESCE(rev, '') DESC, id DESC LIMIT 1", `${uri} `, `${uri}!`,
    )
    .toArray()[0];
}

/** Keep the inbox within its bounds: the oldest go. Ids only grow, so the newest id says how many there may be. */
export function trimInbox(sql: SqlStorage, maxBytes = MAX_INBOX_BYTES): void {
  remove(sql, "id <= (SELECT MAX(id) FROM inbox) - ?", MAX_INBOX_ROWS);
  while (countBytes(sql, 0) > maxBytes && remove(sql, "id IN (SELECT id FROM inbox ORDER BY id LIMIT ?)", TRIM_SLICE_ROWS));
}

/** Whether any went. */
function remove(sql: SqlStorage, which: string, bound: number): boolean {
  const gone = sql.exec<{ bytes: number | null }>(`DELETE FROM inbox WHERE ${which} RETURNING LENGTH(bytes) AS bytes`, bound).toArray();
  const freed = gone.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  if (freed > 0) countBytes(sql, -freed);
  return gone.length > 0;
}

/** Bytes of all records of the inbox, after so many more. Counted through once, and kept from then on. */
function countBytes(sql: SqlStorage, more: number): number {
  const known = sql.exec<{ n: number }>("SELECT n FROM reach_count WHERE name = 'inbox-bytes'").toArray()[0]?.n;
  if (known !== undefined && more === 0) return known;
  // What is more is in the table already.
  const now = known === undefined ? (sql.exec<{ n: number | null }>("SELECT SUM(LENGTH(bytes)) AS n FROM inbox").one().n ?? 0) : known + more;
  sql.exec("INSERT OR REPLACE INTO reach_count (name, n) VALUES ('inbox-bytes', ?)", now);
  return now;
}

/** Highest id that was ever given out; 0 before the first. */
export function lastMessageId(sql: SqlStorage): number {
  return sql.exec<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'").toArray()[0]?.seq ?? 0;
}

/** Messages after `cursor`, oldest first, with the id of each. */
export function readMessages(sql: SqlStorage, cursor: number, limit: number): { id: number; message: InboxMessage }[] {
  const sizes = sql.exec<{ size: number | null }>("SELECT LENGTH(bytes) AS size FROM inbox WHERE id > ? ORDER BY id LIMIT ?", cursor, limit).toArray();
  const rows = sql.exec<Row>("SELECT id, source, seq, author, path, cid, action, received, bytes FROM inbox WHERE id > ? ORDER BY id LIMIT ?", cursor, rowsWithin(sizes, MAX_PAGE_BYTES));
  return rows.toArray().map((row) => {
    const message: InboxMessage = {
      uri: `at://${row.author}/${row.path}`, author: row.author, action: row.action === "delete" ? "delete" : "create", source: row.source, seq: row.seq, receivedAt: row.received,
    };
    if (row.cid !== null) message.cid = row.cid;
    if (row.bytes !== null) message.bytes = new Uint8Array(row.bytes);
    return { id: row.id, message };
  });
}

/** How far a source was pulled; 0 for one that never was. */
export function readPulled(sql: SqlStorage, source: SourceName): number {
  return sql.exec<{ pulled: number }>("SELECT pulled FROM inbox_source WHERE source = ?", source).toArray()[0]?.pulled ?? 0;
}

/** A source was pulled up to this seq. */
export function writePulled(sql: SqlStorage, source: SourceName, seq: number): void {
  sql.exec("INSERT INTO inbox_source (source, pulled) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET pulled = excluded.pulled", source, seq);
}

/** Remember that a source exists. Costs a write the first time only. */
export function noteSource(sql: SqlStorage, source: SourceName): void {
  sql.exec("INSERT OR IGNORE INTO inbox_source (source, pulled) VALUES (?, 0)", source);
}

/** Sources that something may come from. */
export function knownSources(sql: SqlStorage): Set<string> {
  return new Set(sql.exec<{ source: string }>("SELECT source FROM inbox_source").toArray().map(({ source }) => source));
}

/** Give a delivery up; its relay has to be told, with the reason for people to read. */
export function putUntold(sql: SqlStorage, { source, seq, path, author, tries, reason }: Waiting, at: string): void {
  sql.exec("INSERT INTO inbox_parked (source, seq, path, author, tries, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)", source, seq, path, author, tries, reason.slice(0, MAX_REASON_CHARS), at);
}

/** Deliveries given up of which their relay was not told, oldest first. */
export function readUntold(sql: SqlStorage, source: SourceName, limit: number): Waiting[] {
  return sql.exec<UntoldRow>("SELECT source, seq, path, author, tries, reason FROM inbox_parked WHERE source = ? ORDER BY id LIMIT ?", source, limit).toArray();
}

/** Its relay knows. */
export function deleteUntold(sql: SqlStorage, source: SourceName, seq: number, path: string): void {
  sql.exec("DELETE FROM inbox_parked WHERE source = ? AND seq = ? AND path = ?", source, seq, path);
}

/** Lowest seq of a source that is not dealt with: it waits, or its relay has not been told that it was given up. */
export function oldestOpen(sql: SqlStorage, source: SourceName): number | undefined {
  const { seq } = sql
    .exec<{ seq: number | null }>("SELECT MIN(seq) AS seq FROM (SELECT MIN(seq) AS seq FROM inbox_waiting WHERE source = ?1 UNION ALL SELECT MIN(seq) FROM inbox_parked WHERE source = ?1)", source)
    .one();
  return seq ?? undefined;
}
