import type { Author } from "./deliveries.ts";

/** Not the name of any host. */
const UNKNOWN_HOST = "?";

/** Authors who have no row in `repos`: delivery rows name them by the negated id, so that the two kinds cannot be mistaken. */
export class Strangers {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The author's row, made when there is none, within the caller's transaction. */
  author(did: string): Author {
    this.#sql.exec("INSERT OR IGNORE INTO stranger (did) VALUES (?)", did);
    const { id } = this.#sql.exec<{ id: number }>("SELECT id FROM stranger WHERE did = ?", did).one();
    return { id: -id, did, host: UNKNOWN_HOST };
  }

  /** What rows name the author by as a stranger; undefined when he is none here, or no longer remembered as one. */
  idOf(did: string): number | undefined {
    const [row] = this.#sql.exec<{ id: number }>("SELECT id FROM stranger WHERE did = ?", did).toArray();
    return row === undefined ? undefined : -row.id;
  }

  /** Forget those whom nothing mentions any more. */
  sweep(): void {
    this.#sql.exec(
      `DELETE FROM stranger WHERE NOT EXISTS (SELECT 1 FROM sent WHERE author = -stranger.id)
         AND NOT EXISTS (SELECT 1 FROM kept WHERE repo = -stranger.id)`,
    );
  }
}
