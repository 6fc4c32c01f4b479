import type { Usage } from "./judge.ts";
import { MAX_STRANGERS, PENDING_WINDOW, RATE_WINDOW } from "./limits.ts";

interface Row extends Record<string, SqlStorageValue> {
  hour: number;
  hour_count: number;
  month: number;
  pending: number;
}

/** What senders who are not known, and their hosts, have used of their limits: fixed windows, one row each. */
export class Usages {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  of(name: string, now: number): Usage {
    const { hour_count: taken, pending } = this.#current(name, now);
    return { taken, pending };
  }

  /** One more was taken, within the caller's transaction. */
  count(names: string[], now: number): void {
    for (const name of names) {
      const { hour, hour_count: taken, month, pending } = this.#current(name, now);
      this.#sql.exec("INSERT OR REPLACE INTO stranger (name, hour, hour_count, month, pending) VALUES (?, ?, ?, ?, ?)", name, hour, taken + 1, month, pending + 1);
    }
    if (this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM stranger").one().n <= MAX_STRANGERS) return;
    this.#sql.exec("DELETE FROM stranger WHERE name IN (SELECT name FROM stranger ORDER BY hour LIMIT ?)", MAX_STRANGERS / 10);
  }

  /** The agent has answered: nothing of it is pending any more. */
  answered(name: string): void {
    this.#sql.exec("UPDATE stranger SET pending = 0 WHERE name = ? AND pending > 0", name);
  }

  /** Whoever it was is known now. */
  forget(name: string): void {
    this.#sql.exec("DELETE FROM stranger WHERE name = ?", name);
  }

  #current(name: string, now: number): Row {
    const [row] = this.#sql.exec<Row>("SELECT hour, hour_count, month, pending FROM stranger WHERE name = ?", name).toArray();
    const [hour, month] = [row?.hour ?? -Infinity, row?.month ?? -Infinity];
    // A clock that was set back must not keep a window open for years.
    const isHour = now >= hour && now < hour + RATE_WINDOW;
    const isMonth = now >= month && now < month + PENDING_WINDOW;
    return {
      hour: isHour ? hour : now, hour_count: isHour ? (row?.hour_count ?? 0) : 0,
      month: isMonth ? month : now, pending: isMonth ? (row?.pending ?? 0) : 0,
    };
  }
}
