import { LOGIN_FAILURES_DAY, LOGIN_FAILURES_SHORT, MAX_LOGIN_ADDRESSES } from "../limits.ts";

interface Row extends Record<string, SqlStorageValue> {
  short_start: number;
  short_count: number;
  day_start: number;
  day_count: number;
}

/** Whether this address failed too often to try again now. The reference counts tries; we count failures only. */
export function isBlocked(sql: SqlStorage, address: string, now: number): boolean {
  const row = current(sql, address, now);
  return row.short_count >= LOGIN_FAILURES_SHORT.count || row.day_count >= LOGIN_FAILURES_DAY.count;
}

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
