import type { HostSummary } from "./network-api.ts";
import { COUNT_LIFE_MS, COUNT_REMEMBERED_FROM, MAX_ACCOUNTS_PER_HOST } from "../settings.ts";

type Row = { name: string; seq: number; at: number };

/** Rows of one host that is another: only so does SQLite know that the index of those serves. */
const OF_HOST = "host = ? AND host <> ''";

/** What counting the accounts of a host found, and until when it is told again. */
type Count = { accounts: number; at: number | null; until: number };

/** Other hosts whose accounts are known here, one row each. */
export class Hosts {
  readonly #sql: SqlStorage;
  /** Of large hosts, which are few; the empty name is the colony's own. */
  readonly #counts = new Map<string, Count>();

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
  find(name: string, now: number): HostSummary | undefined {
    const [row] = this.#sql.exec<Row>("SELECT name, seq, at FROM host WHERE name = ?", name).toArray();
    if (row === undefined) return undefined;
    const { accounts } = this.#count(name, now, `SELECT COUNT(*) AS accounts, NULL AS at FROM repos WHERE ${OF_HOST} AND carried = 1 AND status IS NOT 'deleted'`, name);
    return { host: name, accounts, seq: row.seq, lastEventAt: new Date(row.at).toISOString() };
  }

  /** The colony itself, whose log was followed up to `seq`. */
  own(seq: number, now: number): HostSummary {
    const { accounts, at } = this.#count("", now, "SELECT COUNT(*) AS accounts, MAX(at) AS at FROM repos WHERE host = '' AND head IS NOT NULL AND status IS NOT 'deleted'");
    return { host: "", accounts, seq, ...(at === null ? {} : { lastEventAt: new Date(at).toISOString() }) };
  }

  /**
   * Forget a host, within the caller's transaction. Its accounts stay as rows, since events and deliveries point at them, but
   * are not listed; where their host was in its stream is forgotten, so that it may come back with another.
   * @param keep its accounts that are not forgotten, and the host with them.
   */
  forget(name: string, keep?: readonly string[]): void {
    const gone = `${OF_HOST} AND did NOT IN (SELECT value FROM json_each(?))`;
    const kept = JSON.stringify(keep ?? []);
    this.#sql.exec(`DELETE FROM repo_collection WHERE repo IN (SELECT id FROM repos WHERE ${gone})`, name, kept);
    this.#sql.exec(`DELETE FROM profile WHERE repo IN (SELECT id FROM repos WHERE ${gone})`, name, kept);
    this.#sql.exec(`UPDATE repos SET carried = 0, epoch = 0, n = -1 WHERE ${gone}`, name, kept);
    if (keep === undefined) this.#sql.exec("DELETE FROM host WHERE name = ?", name);
    this.#counts.delete(name);
  }

  #count(name: string, now: number, query: string, ...values: string[]): Omit<Count, "until"> {
    const known = this.#counts.get(name);
    if (known !== undefined && known.until > now) return known;
    const count = this.#sql.exec<{ accounts: number; at: number | null }>(query, ...values).one();
    if (count.accounts >= COUNT_REMEMBERED_FROM) this.#counts.set(name, { ...count, until: now + COUNT_LIFE_MS });
    else this.#counts.delete(name);
    return count;
  }
}
