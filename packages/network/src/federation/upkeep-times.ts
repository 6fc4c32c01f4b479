const NAME = "federation-upkeep";

/** When upkeep of the peers was begun last, in D1: by this, isolates of one colony know what another one does. */
export class UpkeepTimes {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Begin at `now`. False when somebody began after `since`, and nothing was noted. Times in ms since 1970. */
  async begin(now: number, since: number): Promise<boolean> {
    const result = await this.#db
      .prepare("INSERT INTO setting (name, value, updated_at) VALUES (?1, 'null', ?2) ON CONFLICT (name) DO UPDATE SET updated_at = ?2 WHERE updated_at <= ?3")
      .bind(NAME, now, since)
      .run();
    return result.meta.changes === 1;
  }
}
