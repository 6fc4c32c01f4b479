import type { UpstreamConfig, UpstreamRefusal } from "./upstream-api.ts";
import { MAX_ERROR_CHARS } from "./settings.ts";

/** What happened, ever. */
export interface Counters {
  seen: number;
  matched: number;
  delivered: number;
  refused: Partial<Record<UpstreamRefusal, number>>;
}

type Row = { config: string; cursor: number; counters: string; tries: number; next_attempt: number; error: string | null };

/** The one row about the stream: settings, cursor, counters, and when to connect again. In memory, written when `save` says so. */
export class StreamRow {
  readonly #sql: SqlStorage;
  readonly counters: Counters;
  config: UpstreamConfig;
  cursor: number;
  /** Attempts to connect since the last connection that brought events. */
  tries: number;
  /** Milliseconds since 1970; 0 for at once. */
  nextAttempt: number;
  #error: string | undefined;

  private constructor(sql: SqlStorage, config: UpstreamConfig, row: Omit<Row, "config">) {
    this.#sql = sql;
    this.config = config;
    this.cursor = row.cursor;
    // A named boundary: only `save` writes these.
    this.counters = JSON.parse(row.counters) as Counters;
    this.tries = row.tries;
    this.nextAttempt = row.next_attempt;
    this.#error = row.error ?? undefined;
  }

  /** The row; undefined when the object was never told to listen. */
  static read(sql: SqlStorage): StreamRow | undefined {
    const [row] = sql.exec<Row>("SELECT config, cursor, counters, tries, next_attempt, error FROM stream").toArray();
    return row === undefined ? undefined : new StreamRow(sql, JSON.parse(row.config) as UpstreamConfig, row);
  }

  static create(sql: SqlStorage, config: UpstreamConfig): StreamRow {
    const none: Counters = { seen: 0, matched: 0, delivered: 0, refused: {} };
    const row = new StreamRow(sql, config, { cursor: 0, counters: JSON.stringify(none), tries: 0, next_attempt: 0, error: null });
    row.save();
    return row;
  }

  /** What went wrong last, for people. */
  get error(): string | undefined {
    return this.#error;
  }

  set error(words: string) {
    this.#error = words.slice(0, MAX_ERROR_CHARS);
  }

  save(): void {
    this.#sql.exec(
      `INSERT INTO stream (id, config, cursor, counters, tries, next_attempt, error) VALUES (1, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET config = excluded.config, cursor = excluded.cursor, counters = excluded.counters,
         tries = excluded.tries, next_attempt = excluded.next_attempt, error = excluded.error`,
      JSON.stringify(this.config), this.cursor, JSON.stringify(this.counters), this.tries, this.nextAttempt, this.#error ?? null,
    );
  }

  refuse(reason: UpstreamRefusal): void {
    this.counters.refused[reason] = (this.counters.refused[reason] ?? 0) + 1;
  }
}
