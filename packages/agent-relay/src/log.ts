import type { LogBounds } from "./streams/cursor.ts";
import { messagesIn } from "@rookery/sync";
import { CHECKPOINT_EVENTS, COUNT_AT_MOST, MAX_ROW_BLOB_BYTES } from "./settings.ts";
import { LegacyTimes } from "./streams/legacy-times.ts";

/** An event as it goes to subscribers. */
export interface LoggedFrame {
  seq: number;
  frame: Uint8Array;
  /** `time_us` of the last of its Jetstream messages, in microseconds since 1970: one message per record changed, at least one time each. */
  us: number;
}

/** What a delivery points at: a signed commit as a frame, or a proof of one record. */
export interface Evidence {
  bytes: Uint8Array;
  isProof: boolean;
}

type EvidenceRow = { size: number; frame: ArrayBuffer; proof: number };

/**
 * The log of sequenced frames. Only it assigns seqs, and never one twice: the highest is remembered in `state` before any row
 * goes. Counters live in memory and change only when a transaction has succeeded (see `settle`).
 */
export class EventLog implements LogBounds {
  readonly #sql: SqlStorage;
  #lastSeq = 0;
  #bytes = 0;
  #prunedThrough = 0;
  /** Highest `time_us` ever given out. */
  #lastUs = 0;
  #legacy: LegacyTimes;
  /** Events since `state` was written. */
  #unsaved = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#legacy = LegacyTimes.read(sql);
    this.reload();
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get prunedThrough(): number {
    return this.#prunedThrough;
  }

  /** Highest `time_us` ever given out; it strictly increases from message to message, whatever the clock does. */
  get lastUs(): number {
    return this.#lastUs;
  }

  /** Bytes of all frames in the window. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Read the counters from disk: at start, and when a transaction was rolled back. */
  reload(): void {
    const state = this.#sql.exec<{ seq: number; bytes: number; pruned: number; us: number }>("SELECT seq, bytes, pruned, us FROM state").one();
    const since = this.#sql
      .exec<{ seq: number | null; us: number | null; bytes: number | null; events: number }>(
        "SELECT MAX(seq) AS seq, MAX(us) AS us, SUM(size) AS bytes, COUNT(*) AS events FROM log WHERE seq > ?", state.seq,
      )
      .one();
    this.#lastSeq = since.seq ?? state.seq;
    this.#bytes = state.bytes + (since.bytes ?? 0);
    this.#prunedThrough = state.pruned;
    this.#lastUs = Math.max(state.us, since.us ?? 0);
    this.#unsaved = since.events;
  }

  /** Append a frame under the next seq (`lastSeq + 1`), within the caller's transaction. */
  append(frame: Uint8Array, repo: number, prev: number, at: number): LoggedFrame {
    const seq = this.#lastSeq + 1;
    const us = Math.max(Math.trunc(at) * 1_000, this.#lastUs + messagesIn(frame));
    this.#sql.exec("INSERT INTO log (seq, repo, prev, at, size, frame, us) VALUES (?, ?, ?, ?, ?, ?, ?)", seq, repo, prev, at, frame.length, this.#split(seq, frame), us);
    this.#lastSeq = seq;
    this.#lastUs = us;
    this.#bytes += frame.length;
    if (++this.#unsaved >= CHECKPOINT_EVENTS) this.#save();
    return { seq, frame, us };
  }

  /** When this log began (milliseconds since 1970), noted when first asked: with its oldest event, or `now`. */
  bornAt(now: number): number {
    const { born } = this.#sql.exec<{ born: number }>("UPDATE state SET born = ? WHERE born = 0 RETURNING born", Math.min(now, this.oldest(1)[0]?.at ?? now)).toArray()[0]
      ?? this.#sql.exec<{ born: number }>("SELECT born FROM state").one();
    return born;
  }

  /** Go on above `floor` (see seq-floor.ts); nothing happens when the log is beyond it. */
  raise(floor: number): void {
    if (floor <= this.#lastSeq) return;
    this.#lastSeq = floor;
    this.#save();
  }

  /**
   * Put under the next seq what only recipients of deliveries are to see, within the caller's transaction: a frame of an account
   * that is not carried, or a proof. Readers of the log find a gap there, as the protocol allows. Returns the seq.
   */
  keep(bytes: Uint8Array, repo: number, at: number, isProof: boolean): number {
    const seq = this.#lastSeq + 1;
    this.#sql.exec("INSERT INTO kept (seq, repo, at, size, frame, proof) VALUES (?, ?, ?, ?, ?, ?)", seq, repo, at, bytes.length, this.#split(seq, bytes), isProof ? 1 : 0);
    this.#lastSeq = seq;
    // No row of the log says that the seq is taken.
    this.#save();
    return seq;
  }

  /** Frames after `after`, oldest first: at most `rows`, ending after the one that reaches `bytes`. */
  *read(after: number, rows: number, bytes: number): Generator<LoggedFrame> {
    let sent = 0;
    const cursor = this.#sql.exec("SELECT seq, size, frame, us FROM log WHERE seq > ? ORDER BY seq LIMIT ?", after, rows);
    for (const [seq, size, first, us] of cursor.raw<[number, number, ArrayBuffer, number | null]>()) {
      yield { seq, frame: this.#whole(seq, size, first), us: us ?? this.#legacy.of(seq) };
      sent += size;
      if (sent >= bytes) return;
    }
  }

  /** The first event whose last message is not before `us`: binary search, since times increase with seqs. Undefined when there is none. */
  firstAt(us: number): { seq: number; us: number } | undefined {
    if (us > this.#lastUs) return undefined;
    let [low, high] = [this.#prunedThrough + 1, this.#lastSeq];
    let found: { seq: number; us: number } | undefined;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      // The seqs of purged events are missing: the next one there speaks for them.
      const [row] = this.#sql.exec<{ seq: number; us: number | null }>("SELECT seq, us FROM log WHERE seq >= ? ORDER BY seq LIMIT 1", middle).toArray();
      const at = row === undefined ? undefined : { seq: row.seq, us: row.us ?? this.#legacy.of(row.seq) };
      if (at !== undefined && at.us >= us) found = at;
      if (at === undefined || at.us >= us) high = middle - 1;
      else low = at.seq + 1;
    }
    return found;
  }

  /** Number of events after each of these seqs, looking at no more than `COUNT_AT_MOST` of them in all: beyond, it is that many. */
  countsAfter(seqs: Iterable<number>): Map<number, number> {
    const counts = new Map<number, number>();
    let [total, above] = [0, this.#lastSeq];
    for (const seq of [...new Set(seqs)].toSorted((a, b) => b - a)) {
      if (total < COUNT_AT_MOST) {
        total += this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM (SELECT 1 FROM log WHERE seq > ? AND seq <= ? LIMIT ?)", seq, above, COUNT_AT_MOST - total).one().n;
      }
      counts.set(seq, total);
      above = seq;
    }
    return counts;
  }

  /** Whether there is any event after `seq`. */
  hasAfter(seq: number): boolean {
    return seq < this.#lastSeq && this.#sql.exec("SELECT 1 FROM log WHERE seq > ? LIMIT 1", seq).toArray().length > 0;
  }

  /** What was put under a seq, from the window or kept for a delivery; undefined when it is gone. */
  evidenceOf(seq: number): Evidence | undefined {
    const row =
      [...this.#sql.exec<EvidenceRow>("SELECT size, frame, 0 AS proof FROM log WHERE seq = ?", seq)][0] ??
      [...this.#sql.exec<EvidenceRow>("SELECT size, frame, proof FROM kept WHERE seq = ?", seq)][0];
    return row === undefined ? undefined : { bytes: this.#whole(seq, row.size, row.frame), isProof: row.proof === 1 };
  }

  /** Seq and size of the oldest rows, and when they came. */
  oldest(rows: number): { seq: number; at: number; size: number }[] {
    return this.#sql.exec<{ seq: number; at: number; size: number }>("SELECT seq, at, size FROM log ORDER BY seq LIMIT ?", rows).toArray();
  }

  /** Take everything up to `through` (of `bytes` in all) out of the window, within the caller's transaction. Frames that deliveries need move to `kept`. */
  prune(through: number, bytes: number): void {
    const sql = this.#sql;
    sql.exec(
      `INSERT INTO kept (seq, repo, at, size, frame) SELECT seq, repo, at, size, frame FROM log
       WHERE seq <= ?1 AND (EXISTS (SELECT 1 FROM delivery d WHERE d.seq = log.seq) OR EXISTS (SELECT 1 FROM broadcast b WHERE b.seq = log.seq)
         OR EXISTS (SELECT 1 FROM parked p WHERE p.seq = log.seq))`,
      through,
    );
    sql.exec("DELETE FROM log_part WHERE seq <= ?1 AND NOT EXISTS (SELECT 1 FROM kept k WHERE k.seq = log_part.seq)", through);
    sql.exec("DELETE FROM log WHERE seq <= ?", through);
    this.#bytes -= bytes;
    this.#prunedThrough = Math.max(this.#prunedThrough, through);
    this.#save();
  }

  /** Remove one account's events backwards along its chain from `from`, at most `rows`; the seq to go on from, 0 when done. */
  purge(from: number, rows: number): { next: number; removed: number[] } {
    const removed: number[] = [];
    let next = from;
    while (next > 0 && removed.length < rows) {
      const row = [...this.#sql.exec<{ prev: number; size: number }>("SELECT prev, size FROM log WHERE seq = ?", next)][0];
      // The chain ends where the window begins.
      if (row === undefined) return { next: this.#saved(0), removed };
      this.#sql.exec("DELETE FROM log WHERE seq = ?", next);
      if (row.size > MAX_ROW_BLOB_BYTES) this.#sql.exec("DELETE FROM log_part WHERE seq = ?", next);
      removed.push(next);
      this.#bytes -= row.size;
      next = row.prev;
    }
    return { next: this.#saved(next), removed };
  }

  /** First seq in the window (0 when empty) and number of rows; counts every row, so for the admin only. */
  extent(): { firstSeq: number; rows: number } {
    const { first, rows } = this.#sql.exec<{ first: number | null; rows: number }>("SELECT MIN(seq) AS first, COUNT(*) AS rows FROM log").one();
    return { firstSeq: first ?? 0, rows };
  }

  #saved(next: number): number {
    this.#save();
    return next;
  }

  #save(): void {
    this.#sql.exec("UPDATE state SET seq = ?, bytes = ?, pruned = ?, us = ?", this.#lastSeq, this.#bytes, this.#prunedThrough, this.#lastUs);
    this.#unsaved = 0;
  }

  /** The part of a blob that its row holds; the rest goes into log_part. */
  #split(seq: number, bytes: Uint8Array): Uint8Array {
    for (let part = 1; part * MAX_ROW_BLOB_BYTES < bytes.length; part++)
      this.#sql.exec("INSERT INTO log_part (seq, part, bytes) VALUES (?, ?, ?)", seq, part, bytes.subarray(part * MAX_ROW_BLOB_BYTES, (part + 1) * MAX_ROW_BLOB_BYTES));
    return bytes.length <= MAX_ROW_BLOB_BYTES ? bytes : bytes.subarray(0, MAX_ROW_BLOB_BYTES);
  }

  #whole(seq: number, size: number, first: ArrayBuffer): Uint8Array {
    if (first.byteLength === size) return new Uint8Array(first);
    const frame = new Uint8Array(size);
    frame.set(new Uint8Array(first));
    let at = first.byteLength;
    for (const [bytes] of this.#sql.exec("SELECT bytes FROM log_part WHERE seq = ? ORDER BY part", seq).raw<[ArrayBuffer]>()) {
      frame.set(new Uint8Array(bytes), at);
      at += bytes.byteLength;
    }
    if (at !== size) throw new Error(`log is damaged: frame ${seq} has ${at} of ${size} bytes`);
    return frame;
  }
}
