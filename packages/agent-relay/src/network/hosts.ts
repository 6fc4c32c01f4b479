import type { HostSummary } from "./network-api.ts";
import { MAX_ACCOUNTS_PER_HOST } from "../settings.ts";

type Row = { name: string; seq: number; at: number };

/** Other hosts whose accounts are known here, one row each. */
export class Hosts {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** How many accounts this host may still bring. */
  room(name: string): number {
    const [row] = this.#sql.exec<{ seen: number }>("SELECT seen FROM host WHERE name = ?", name).toArray();
    return MAX_ACCOUNTS_PER_HOST - (row?.seen ?? 0);
  }

  /** Events up to `seq` came from the host, with `added` accounts that were unknown, within the caller's transaction. */
  heard(name: string, added: number, seq: number, now: number): void {
    this.#sql.exec(
      `INSERT INTO host (name, seen, seq, at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (name) DO UPDATE SET seen = seen + ?2, seq = MAX(seq, ?3), at = ?4`,
      name, added, seq, now,
    );
  }

  /** One host; undefined when nothing of it is carried. */
  find(name: string): HostSummary | undefined {
    const [row] = this.#sql.exec<Row>("SELECT name, seq, at FROM host WHERE name = ?", name).toArray();
    return row === undefined ? undefined : this.#summary(row);
  }

  /**
   * Forget a host, within the caller's transaction. Its accounts stay as rows, since events and deliveries point at them, but
   * are not listed; where their host was in its stream is forgotten, so that it may come back with another.
   */
  forget(name: string): void {
    this.#sql.exec("DELETE FROM repo_collection WHERE repo IN (SELECT id FROM repos WHERE host = ?)", name);
    this.#sql.exec("DELETE FROM profile WHERE repo IN (SELECT id FROM repos WHERE host = ?)", name);
    this.#sql.exec("UPDATE repos SET carried = 0, epoch = 0, n = -1 WHERE host = ?", name);
    this.#sql.exec("DELETE FROM host WHERE name = ?", name);
  }

  #summary({ name, seq, at }: Row): HostSummary {
    const { n } = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM repos WHERE host = ? AND carried = 1 AND status IS NOT 'deleted'", name).one();
    return { host: name, accounts: n, seq, lastEventAt: new Date(at).toISOString() };
  }
}
