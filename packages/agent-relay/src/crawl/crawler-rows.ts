/** What is remembered of one relay. Times are milliseconds since 1970. */
export interface CrawlerRow {
  origin: string;
  askedAt: number | null;
  /** Last seq of the log when it was asked: what came since is news to it. */
  askedSeq: number;
  /** Asked in vain so often in a row. */
  failures: number;
  nextAt: number;
  /** HTTP status of the last answer, and its sentence; both null while there is none. */
  status: number | null;
  answer: string | null;
  seenAt: number | null;
}

/** The same, as the type of a query's rows has to be. */
type Stored = { [K in keyof CrawlerRow]: CrawlerRow[K] };

const COLUMNS =
  "origin, asked_at AS askedAt, asked_seq AS askedSeq, failures, next_at AS nextAt, status, answer, seen_at AS seenAt";

/** Rows of the relays that are configured now, also in memory; those of others are removed. */
export class CrawlerRows {
  readonly #sql: SqlStorage;
  readonly #rows = new Map<string, CrawlerRow>();

  constructor(sql: SqlStorage, origins: readonly string[]) {
    this.#sql = sql;
    if (origins.length === 0) return;
    const stored = sql.exec<Stored>(`SELECT ${COLUMNS} FROM crawler`).toArray();
    for (const { origin } of stored) if (!origins.includes(origin)) sql.exec("DELETE FROM crawler WHERE origin = ?", origin);
    for (const origin of origins) {
      const known = stored.find((row) => row.origin === origin);
      this.#rows.set(origin, known ?? { origin, askedAt: null, askedSeq: 0, failures: 0, nextAt: 0, status: null, answer: null, seenAt: null });
    }
  }

  all(): CrawlerRow[] {
    return [...this.#rows.values()];
  }

  /** Change some fields; the row as it is then. */
  update(origin: string, change: Partial<CrawlerRow>): CrawlerRow {
    const known = this.#rows.get(origin);
    if (known === undefined) throw new Error(`no such relay: ${origin}`);
    const row = { ...known, ...change };
    this.#rows.set(origin, row);
    this.#sql.exec(
      "INSERT OR REPLACE INTO crawler (origin, asked_at, asked_seq, failures, next_at, status, answer, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      row.origin, row.askedAt, row.askedSeq, row.failures, row.nextAt, row.status, row.answer, row.seenAt,
    );
    return row;
  }
}
