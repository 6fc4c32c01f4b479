import type { Deliveries } from "./deliveries.ts";
import { DELETE_SLICE_ROWS, DELIVERY_RETENTION_BYTES, DELIVERY_RETENTION_MS } from "./settings.ts";

/** Bounds of frames kept for deliveries beyond the window. */
export interface RetentionLimits {
  maxAgeMs: number;
  maxBytes: number;
}

export const RETENTION: RetentionLimits = { maxAgeMs: DELIVERY_RETENTION_MS, maxBytes: DELIVERY_RETENTION_BYTES };

/**
 * One slice of cleaning `kept`: frames that no delivery needs any more go; then those beyond the bounds, oldest first, with the
 * deliveries that point at them. The recipients never see those: `expired` counts them, and the caller logs it.
 */
export function sweepKept(storage: DurableObjectStorage, deliveries: Deliveries, limits: RetentionLimits, now: number): { expired: number; more: boolean; left: boolean } {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const free = sql
      .exec<{ seq: number }>(`SELECT seq FROM kept WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.seq = kept.seq)
          AND NOT EXISTS (SELECT 1 FROM broadcast b WHERE b.seq = kept.seq) AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.seq = kept.seq) LIMIT ?`, DELETE_SLICE_ROWS)
      .toArray();
    removeFrames(sql, free);
    let bytes = sql.exec<{ bytes: number | null }>("SELECT SUM(size) AS bytes FROM kept").one().bytes ?? 0;
    const late = sql
      .exec<{ seq: number; at: number; size: number }>("SELECT seq, at, size FROM kept ORDER BY seq LIMIT ?", DELETE_SLICE_ROWS)
      .toArray()
      .filter(({ at, size }) => {
        const goes = at <= now - limits.maxAgeMs || bytes > limits.maxBytes;
        if (goes) bytes -= size;
        return goes;
      });
    const before = deliveries.pending();
    deliveries.removeEvents(late.map(({ seq }) => seq), true);
    removeFrames(sql, late);
    const expired = before - deliveries.pending();
    if (expired > 0) sql.exec("UPDATE state SET expired = expired + ?", expired);
    deliveries.sweepStrangers();
    const left = sql.exec("SELECT 1 FROM kept LIMIT 1").toArray().length > 0;
    return { expired, left, more: free.length === DELETE_SLICE_ROWS || late.length === DELETE_SLICE_ROWS };
  });
}

function removeFrames(sql: SqlStorage, rows: { seq: number }[]): void {
  for (const { seq } of rows) {
    sql.exec("DELETE FROM kept WHERE seq = ?", seq);
    sql.exec("DELETE FROM log_part WHERE seq = ?", seq);
  }
}
