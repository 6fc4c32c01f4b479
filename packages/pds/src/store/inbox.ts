import type { InboxMessage } from "../agent-api.ts";
import { MAX_INBOX_PARKED, MAX_INBOX_ROWS } from "../limits.ts";
import type { Verified } from "../inbox/verify.ts";

/** A page of large messages ends here, before `limit`; an RPC answer holds 32 MB. */
const MAX_PAGE_BYTES = 8_000_000;

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  seq: number;
  author: string;
  path: string;
  cid: string | null;
  action: string;
  received: string;
  bytes: ArrayBuffer | null;
}

/** A delivery that waits to be tried again. The frame stays with the relay, which keeps what is not acknowledged. */
export interface Pending {
  seq: number;
  path: string;
  author: string;
  tries: number;
  reason: string;
}

/** Store a message once, however often it comes. True when it was new. */
export function insertMessage(sql: SqlStorage, m: Verified, received: string): boolean {
  const cursor = sql.exec(
    "INSERT OR IGNORE INTO inbox (identity, seq, author, path, cid, action, received, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    m.identity, m.seq, m.author, m.path, m.cid ?? null, m.action, received, m.bytes ?? null,
  );
  return cursor.toArray().length > 0;
}

/** Keep the inbox within its bound. Ids only grow, so the newest id says how many there may be. */
export function trimInbox(sql: SqlStorage): void {
  sql.exec("DELETE FROM inbox WHERE id <= (SELECT MAX(id) FROM inbox) - ?", MAX_INBOX_ROWS);
}

/** Messages after `cursor`, oldest first, with the id of each. */
export function readMessages(sql: SqlStorage, cursor: number, limit: number): { id: number; message: InboxMessage }[] {
  const page: { id: number; message: InboxMessage }[] = [];
  let size = 0;
  for (const row of sql.exec<Row>("SELECT id, seq, author, path, cid, action, received, bytes FROM inbox WHERE id > ? ORDER BY id LIMIT ?", cursor, limit)) {
    size += row.bytes?.byteLength ?? 0;
    if (size > MAX_PAGE_BYTES && page.length > 0) break;
    const message: InboxMessage = {
      uri: `at://${row.author}/${row.path}`, author: row.author, action: row.action === "delete" ? "delete" : "create", seq: row.seq, receivedAt: row.received,
    };
    if (row.cid !== null) message.cid = row.cid;
    if (row.bytes !== null) message.bytes = new Uint8Array(row.bytes);
    page.push({ id: row.id, message });
  }
  return page;
}

export function readPulled(sql: SqlStorage): number {
  return sql.exec<{ pulled: number }>("SELECT pulled FROM inbox_state").one().pulled;
}

export function writePulled(sql: SqlStorage, seq: number): void {
  sql.exec("UPDATE inbox_state SET pulled = ? WHERE id = 1", seq);
}

export function readPending(sql: SqlStorage): Pending[] {
  return sql.exec<{ seq: number; path: string; author: string; tries: number; reason: string }>("SELECT seq, path, author, tries, reason FROM inbox_pending ORDER BY seq, path").toArray();
}

export function putPending(sql: SqlStorage, { seq, path, author, tries, reason }: Pending): void {
  sql.exec("INSERT OR REPLACE INTO inbox_pending (seq, path, author, tries, reason) VALUES (?, ?, ?, ?, ?)", seq, path, author, tries, reason);
}

export function deletePending(sql: SqlStorage, { seq, path }: Pick<Pending, "seq" | "path">): void {
  sql.exec("DELETE FROM inbox_pending WHERE seq = ? AND path = ?", seq, path);
}

/** Give a delivery up, with the reason for people to read. */
export function park(sql: SqlStorage, { seq, path, author, reason }: Pending, at: string): void {
  deletePending(sql, { seq, path });
  sql.exec("INSERT INTO inbox_parked (seq, path, author, reason, at) VALUES (?, ?, ?, ?, ?)", seq, path, author, reason.slice(0, 1_000), at);
  sql.exec("DELETE FROM inbox_parked WHERE id <= (SELECT MAX(id) FROM inbox_parked) - ?", MAX_INBOX_PARKED);
}

export function readParked(sql: SqlStorage): { seq: number; path: string; author: string; reason: string; at: string }[] {
  return sql.exec<{ seq: number; path: string; author: string; reason: string; at: string }>("SELECT seq, path, author, reason, at FROM inbox_parked ORDER BY id").toArray();
}
