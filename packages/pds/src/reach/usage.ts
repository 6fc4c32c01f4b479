import type { Usage } from "./judge.ts";
import { MAX_STRANGERS, PENDING_WINDOW, RATE_WINDOW, UNIT_BYTES } from "./limits.ts";

/** Name of the counter of all senders together. */
export const EVERYBODY = "*";

/** Names of the counters of a sender and its host. */
export interface Counted {
  sender: string;
  host: string;
}

interface Row extends Record<string, SqlStorageValue> {
  /** Name of the sender's host's counter; null for others, and where an older version counted. */
  host: string | null;
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

  /** One more of this size was taken, within the caller's transaction. Counted by what it takes of the disk, too: all of an hour's at their largest would fill it in a day. */
  count({ sender, host }: Counted, bytes: number, now: number): void {
    const units = Math.max(1, Math.ceil(bytes / UNIT_BYTES));
    for (const name of [sender, host, EVERYBODY]) {
      const { hour, hour_count: taken, month, pending } = this.#current(name, now);
      const at = name === sender ? host : null;
      this.#sql.exec("INSERT OR REPLACE INTO stranger (name, hour, hour_count, month, pending, host) VALUES (?, ?, ?, ?, ?, ?)", name, hour, taken + units, month, pending + units, at);
    }
    if (this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM stranger").one().n <= MAX_STRANGERS) return;
    // Not the one of all, which is the oldest of its hour: it is what bounds those who make up hosts.
    this.#sql.exec("DELETE FROM stranger WHERE name IN (SELECT name FROM stranger WHERE name <> ? ORDER BY hour LIMIT ?)", EVERYBODY, MAX_STRANGERS / 10);
  }

  /** The agent has answered a sender: nothing of it is pending any more, of its host and of all so much less. Within the caller's transaction. */
  answered(sender: string, now: number): void {
    const { pending, host } = this.#current(sender, now);
    if (pending === 0) return;
    for (const name of [sender, host, EVERYBODY]) this.#sql.exec("UPDATE stranger SET pending = MAX(0, pending - ?) WHERE name = ?", pending, name);
  }

  #current(name: string, now: number): Row {
    const [row] = this.#sql.exec<Row>("SELECT host, hour, hour_count, month, pending FROM stranger WHERE name = ?", name).toArray();
    const [hour, month] = [row?.hour ?? -Infinity, row?.month ?? -Infinity];
    // A clock that was set back must not keep a window open for years.
    const isHour = now >= hour && now < hour + RATE_WINDOW;
    const isMonth = now >= month && now < month + PENDING_WINDOW;
    return {
      host: row?.host ?? null,
      hour: isHour ? hour : now, hour_count: isHour ? (row?.hour_count ?? 0) : 0,
      month: isMonth ? month : now, pending: isMonth ? (row?.pending ?? 0) : 0,
    };
  }
}
