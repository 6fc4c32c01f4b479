/** Counters of what did not reach the inbox, for the agent to see. */
export class Tally {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  of(name: "blocked" | "expired"): number {
    return this.#sql.exec<{ n: number }>("SELECT n FROM reach_count WHERE name = ?", name).toArray()[0]?.n ?? 0;
  }

  /** Within the caller's transaction. */
  add(name: "blocked" | "expired", n: number): void {
    if (n > 0) this.#sql.exec("INSERT INTO reach_count (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n", name, n);
  }
}
