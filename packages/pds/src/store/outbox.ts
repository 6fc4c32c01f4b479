import type { DeliveryHint, OutboxRow } from "@rookery/sync";
import { OUTBOX_PART_BYTES } from "../limits.ts";
import { rowsWithin } from "./rows-within.ts";

/** An event as the agent writes it down; (did, epoch) are the account's. */
export type OutboxEvent = Omit<OutboxRow, "did" | "epoch">;

interface Row extends Record<string, SqlStorageValue> {
  n: number;
  kind: string;
  time: string;
  seq_at: number;
  meta: string;
  frame: ArrayBuffer;
}

/** Everything of an event that is neither in a column of its own nor in the frame. */
type Meta = Pick<OutboxRow, "rev" | "head" | "data" | "active" | "status" | "deliveries" | "profile">;

/**
 * Write an event down. Frames that could pass the row limit are split. With `over`, the row of that event, which the relay
 * holds, becomes this one's: one row written instead of one deleted and one inserted.
 */
export function insertEvent(sql: SqlStorage, event: OutboxEvent, over?: number): void {
  const { n, kind, time, frame, seqAt, ...meta } = event;
  const first = frame.length > OUTBOX_PART_BYTES ? frame.subarray(0, OUTBOX_PART_BYTES) : frame;
  const values = [n, kind, time, seqAt, JSON.stringify(meta), first];
  if (over === undefined) sql.exec("INSERT INTO outbox (n, kind, time, seq_at, meta, frame) VALUES (?, ?, ?, ?, ?, ?)", ...values);
  else if (sql.exec("UPDATE outbox SET n = ?, kind = ?, time = ?, seq_at = ?, meta = ?, frame = ? WHERE n = ?", ...values, over).rowsWritten === 0)
    throw new Error(`outbox has no row ${over} to write ${n} over`);
  for (let at = OUTBOX_PART_BYTES, part = 1; at < frame.length; at += OUTBOX_PART_BYTES, part++) {
    sql.exec("INSERT INTO outbox_part (n, part, bytes) VALUES (?, ?, ?)", n, part, frame.subarray(at, at + OUTBOX_PART_BYTES));
  }
}

/** Events after `n`, in order, up to about `maxBytes` of frames (one event at least). */
export function readEvents(sql: SqlStorage, after: number, maxRows: number, maxBytes: number): OutboxEvent[] {
  const sizes = sql.exec<{ size: number }>("SELECT LENGTH(frame) + COALESCE((SELECT SUM(LENGTH(bytes)) FROM outbox_part WHERE outbox_part.n = outbox.n), 0) AS size FROM outbox WHERE n > ? ORDER BY n LIMIT ?", after, maxRows);
  const rows = sql.exec<Row>("SELECT n, kind, time, seq_at, meta, frame FROM outbox WHERE n > ? ORDER BY n LIMIT ?", after, rowsWithin(sizes.toArray(), maxBytes));
  return rows.toArray().map((row) => {
    // Named boundary: both were written by insertEvent.
    const meta = JSON.parse(row.meta) as Meta & { deliveries?: DeliveryHint[] };
    return { n: row.n, kind: row.kind as OutboxRow["kind"], time: row.time, frame: wholeFrame(sql, row), seqAt: row.seq_at, ...meta };
  });
}

function wholeFrame(sql: SqlStorage, row: Row): Uint8Array {
  const first = new Uint8Array(row.frame);
  if (first.length < OUTBOX_PART_BYTES) return first;
  const parts = [first];
  for (const { bytes } of sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM outbox_part WHERE n = ? ORDER BY part", row.n)) parts.push(new Uint8Array(bytes));
  return new Uint8Array(Buffer.concat(parts));
}

/** Forget events up to `through`. */
export function deleteEvents(sql: SqlStorage, through: number): void {
  sql.exec("DELETE FROM outbox WHERE n <= ?", through);
}

/** Forget what was split off the frames of events up to `through`. */
export function deleteParts(sql: SqlStorage, through: number): void {
  sql.exec("DELETE FROM outbox_part WHERE n <= ?", through);
}

/** Number of the oldest event kept, or undefined when there is none. */
export function oldestEvent(sql: SqlStorage): number | undefined {
  return sql.exec<{ n: number | null }>("SELECT MIN(n) AS n FROM outbox").one().n ?? undefined;
}

/** Whether any event is in more than one row. */
export function hasSplitEvents(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM outbox_part LIMIT 1").toArray().length > 0;
}
