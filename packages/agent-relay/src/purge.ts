import type { Deliveries } from "./deliveries.ts";
import type { EventLog } from "./log.ts";
import type { Repo } from "./repos.ts";
import { DELETE_SLICE_ROWS } from "./settings.ts";

/**
 * Removes what a deleted account left: its older events, so that a backfill does not show them, and its deliveries in both
 * directions. The `#account deleted` event itself stays. The first slice runs with the ingest; the rest by job, in slices.
 */
export class Purge {
  readonly #storage: DurableObjectStorage;
  readonly #log: EventLog;
  readonly #deliveries: Deliveries;

  constructor(storage: DurableObjectStorage, log: EventLog, deliveries: Deliveries) {
    this.#storage = storage;
    this.#log = log;
    this.#deliveries = deliveries;
  }

  /** Within the caller's transaction: begin with the events up to `lastSeq` of the account. Whether rows remain. */
  begin(repo: Repo, lastSeq: number): boolean {
    this.#storage.sql.exec("INSERT OR REPLACE INTO purge (repo, next) VALUES (?, ?)", repo.id, lastSeq);
    this.#deliveries.removeRecipient(repo.id);
    return this.#slice(repo.id, lastSeq);
  }

  /** One slice of one account. Whether anything remains, of any account. */
  run(): boolean {
    const { sql } = this.#storage;
    const [job] = sql.exec<{ repo: number; next: number }>("SELECT repo, next FROM purge LIMIT 1").toArray();
    if (job === undefined) return false;
    this.#storage.transactionSync(() => this.#slice(job.repo, job.next));
    return sql.exec("SELECT 1 FROM purge LIMIT 1").toArray().length > 0;
  }

  #slice(repo: number, from: number): boolean {
    const { sql } = this.#storage;
    const { next, removed } = this.#log.purge(from, DELETE_SLICE_ROWS);
    this.#deliveries.removeEvents(removed);
    if (next > 0) {
      sql.exec("UPDATE purge SET next = ? WHERE repo = ?", next, repo);
      return true;
    }
    const kept = sql.exec<{ seq: number }>("SELECT seq FROM kept WHERE repo = ? LIMIT ?", repo, DELETE_SLICE_ROWS).toArray();
    this.#deliveries.removeEvents(kept.map(({ seq }) => seq));
    for (const { seq } of kept) {
      sql.exec("DELETE FROM kept WHERE seq = ?", seq);
      sql.exec("DELETE FROM log_part WHERE seq = ?", seq);
    }
    if (kept.length === DELETE_SLICE_ROWS) {
      sql.exec("UPDATE purge SET next = 0 WHERE repo = ?", repo);
      return true;
    }
    sql.exec("DELETE FROM purge WHERE repo = ?", repo);
    return false;
  }
}
