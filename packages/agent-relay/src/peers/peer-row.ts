import type { PeerConfig, PeerState } from "./peer-api.ts";
import { MAX_ERROR_CHARS } from "./settings.ts";

/** The peer's one row: settings, cursor, and how it stands with the host. */
export interface PeerRow {
  config: PeerConfig;
  /** Seq of the host's last event dealt with. */
  cursor: number;
  /** Raised when the host's seqs began anew. */
  epoch: number;
  state: PeerState;
  /** Connections in a row that brought nothing. */
  tries: number;
  nextAt: number | null;
  error: string | null;
  accepted: number;
  lastEventAt: number | null;
  /** Throttlings of late, and when the last one was. */
  strikes: number;
  struckAt: number | null;
  /** Where a comparison with the host's listRepos stands: its cursor, empty at the start; null when there is none. */
  sweep: string | null;
}

type Row = {
  config: string; cursor: number; epoch: number; state: PeerState; tries: number; next_at: number | null; error: string | null;
  accepted: number; last_event_at: number | null; strikes: number; struck_at: number | null; sweep: string | null;
};

/** Keeps the row in memory and on disk. */
export class PeerStore {
  readonly #sql: SqlStorage;
  #row: PeerRow | undefined;
  readonly #refused = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.reload();
  }

  /** Undefined until the peer is configured. */
  get row(): PeerRow | undefined {
    return this.#row;
  }

  /** Refused events by failure code, ever. */
  get refused(): Record<string, number> {
    return Object.fromEntries(this.#refused);
  }

  /** Read from disk: at start, and when a transaction was rolled back. */
  reload(): void {
    const row = [...this.#sql.exec<Row>("SELECT * FROM peer")][0];
    this.#row =
      row === undefined
        ? undefined
        : {
            // A named boundary: written by `save` alone.
            config: JSON.parse(row.config) as PeerConfig,
            cursor: row.cursor, epoch: row.epoch, state: row.state, tries: row.tries, nextAt: row.next_at, error: row.error,
            accepted: row.accepted, lastEventAt: row.last_event_at, strikes: row.strikes, struckAt: row.struck_at, sweep: row.sweep,
          };
    this.#refused.clear();
    for (const { code, count } of this.#sql.exec<{ code: string; count: number }>("SELECT code, count FROM refused")) this.#refused.set(code, count);
  }

  /** Write the row. */
  save(row: PeerRow): void {
    const error = row.error === null ? null : row.error.slice(0, MAX_ERROR_CHARS);
    const { cursor, epoch, state, tries, nextAt, accepted, lastEventAt, strikes, struckAt, sweep } = row;
    const values = [cursor, epoch, state, tries, nextAt, error, accepted, lastEventAt, strikes, struckAt, sweep];
    // Every turn of the stream comes here, and the settings may name thousands of agents.
    if (row.config === this.#row?.config) {
      this.#sql.exec("UPDATE peer SET cursor = ?, epoch = ?, state = ?, tries = ?, next_at = ?, error = ?, accepted = ?, last_event_at = ?, strikes = ?, struck_at = ?, sweep = ?", ...values);
    } else {
      this.#sql.exec(
        `INSERT OR REPLACE INTO peer (id, cursor, epoch, state, tries, next_at, error, accepted, last_event_at, strikes, struck_at, sweep, config)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values, JSON.stringify(row.config),
      );
    }
    this.#row = { ...row, error };
  }

  /** Change some of the row, if there is one. */
  change(fields: Partial<PeerRow>): void {
    if (this.#row !== undefined) this.save({ ...this.#row, ...fields });
  }

  /** Count refusals. */
  refuse(counts: ReadonlyMap<string, number>): void {
    for (const [code, count] of counts) {
      const total = (this.#refused.get(code) ?? 0) + count;
      this.#sql.exec("INSERT OR REPLACE INTO refused (code, count) VALUES (?, ?)", code, total);
      this.#refused.set(code, total);
    }
  }
}
