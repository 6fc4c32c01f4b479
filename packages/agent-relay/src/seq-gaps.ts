import { MAX_SEQ_GAPS } from "./settings.ts";

/**
 * The stretches of seqs that a log left out when it started: above the last one it had given out, up to its floor (seq-floor.ts).
 * Whoever has read to a seq in one of them read what this log does not know of: it went back to a backup. A restored log gives
 * out nothing in the stretch that it lost, so this is told by looking at seqs alone, however often it was started since.
 */
export class SeqGaps {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** No seq above `after` and up to `through` is ever given out; within the caller's transaction. Gaps that meet are one. */
  note(after: number, through: number): void {
    if (through <= after) return;
    if (this.#sql.exec("UPDATE seq_gap SET through = ? WHERE through = ? RETURNING 1", through, after).toArray().length > 0) return;
    this.#sql.exec("INSERT INTO seq_gap (after, through) VALUES (?, ?)", after, through);
    this.#sql.exec("DELETE FROM seq_gap WHERE after NOT IN (SELECT after FROM seq_gap ORDER BY after DESC LIMIT ?)", MAX_SEQ_GAPS);
  }

  /** Whoever waits below is told of events that have left the window, and need not be told of these. */
  prune(prunedThrough: number): void {
    this.#sql.exec("DELETE FROM seq_gap WHERE through <= ?", prunedThrough);
  }

  /** The last seq given out before the gap that `seq` is in; undefined when it is in none. */
  before(seq: number): number | undefined {
    return this.#sql.exec<{ after: number }>("SELECT after FROM seq_gap WHERE after < ?1 AND through >= ?1", seq).toArray()[0]?.after;
  }
}
