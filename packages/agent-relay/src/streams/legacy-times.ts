/** Microseconds between two events of old: more than one commit may have operations, so that each message has its own. */
const STEP_US = 256;

/**
 * Jetstream times of events that were logged before times were: counted back from the newest of them. They are unique and in
 * order, as cursors need it, and gone with the window.
 */
export class LegacyTimes {
  readonly #lastSeq: number;
  readonly #lastUs: number;

  constructor(lastSeq: number, lastUs: number) {
    this.#lastSeq = lastSeq;
    this.#lastUs = lastUs;
  }

  /** What migration 2 wrote down. */
  static read(sql: SqlStorage): LegacyTimes {
    const { seq, us } = sql.exec<{ seq: number; us: number }>("SELECT legacy_seq AS seq, legacy_us AS us FROM state").one();
    return new LegacyTimes(seq, us);
  }

  /** `time_us` of the last message of event `seq`. */
  of(seq: number): number {
    return this.#lastUs - (this.#lastSeq - seq) * STEP_US;
  }
}
