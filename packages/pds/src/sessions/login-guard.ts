import type { RateStatus } from "@rookery/sync";
import { LOGIN_FAILURES_DAY, LOGIN_FAILURES_SHORT, MAX_LOGIN_ADDRESSES } from "../limits.ts";

interface Row extends Record<string, SqlStorageValue> {
  short_start: number;
  short_count: number;
  day_start: number;
  day_count: number;
}

/**
 * The limit that this address has reached, if it failed too often to try again now. The reference counts tries; we count
 * failures only.
 */
export function blockOf(sql: SqlStorage, address: string, now: number): RateStatus | undefined {
  const row = current(sql, address, now);
  if (row.day_count >= LOGIN_FAILURES_DAY.count) return reached(LOGIN_FAILURES_DAY, row.day_start);
  return row.short_count >= LOGIN_FAILURES_SHORT.count ? reached(LOGIN_FAILURES_SHORT, row.short_start) : undefined;
}

const reached = ({ count, window }: { count: number; window: number }, start: number): RateStatus => ({
  limit: count, remaining: 0, reset: Math.ceil((start + window) / 1000), policy: `${count};w=${window / 1000}`,
});

/** Count a failure. Addresses beyond the bound push the longest silent one out. */
export function countFailure(sql: SqlStorage, address: string, now: number): void {
  const row = current(sql, address, now);
  sql.exec(
    "INSERT OR REPLACE INTO login_failure (address, short_start, short_count, day_start, day_count) VALUES (?, ?, ?, ?, ?)",
    address, row.short_start, row.short_count + 1, row.day_start, row.day_count + 1,
  );
  sql.exec(
    "DELETE FROM login_failure WHERE address IN (SELECT address FROM login_failure ORDER BY short_start DESC LIMIT -1 OFFSET ?)",
    MAX_LOGIN_ADDRESSES,
  );
}

function current(sql: SqlStorage, address: string, now: number): Row {
  const row = sql
    .exec<Row>("SELECT short_start, short_count, day_start, day_count FROM login_failure WHERE address = ?", address)
    .toArray()[0];
  const shortOver = row === undefined || now >= row.short_start + LOGIN_FAILURES_SHORT.window;
  const dayOver = row === undefined || now >= row.day_start + LOGIN_FAILURES_DAY.window;
  return {
    short_start: shortOver ? now : row.short_start,
    short_count: shortOver ? 0 : row.short_count,
    day_start: dayOver ? now : row.day_start,
    day_count: dayOver ? 0 : row.day_count,
  };
}
