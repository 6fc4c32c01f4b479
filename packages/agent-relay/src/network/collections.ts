import { MAX_COLLECTION_NAMES, MAX_COLLECTIONS_PER_REPO, REPO_CACHE_SIZE } from "../settings.ts";

/**
 * Which accounts have had records in which collections. Deletes are not followed: an account stays listed after its last record
 * of a collection has gone, as the method allows. Bounded per account and in names: what is beyond is not listed.
 */
export class Collections {
  readonly #sql: SqlStorage;
  /** What is known of the recent accounts, by their id, so that most commits cost nothing here. */
  readonly #known = new Map<number, Set<string>>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Note that an account has records in these, within the caller's transaction. */
  note(repo: number, nsids: Iterable<string>): void {
    let known: Set<string> | undefined;
    for (const nsid of nsids) {
      known ??= this.#of(repo);
      if (known.has(nsid) || known.size >= MAX_COLLECTIONS_PER_REPO) continue;
      const id = this.#idOf(nsid);
      if (id === undefined) continue;
      this.#sql.exec("INSERT OR IGNORE INTO repo_collection (collection, repo) VALUES (?, ?)", id, repo);
      known.add(nsid);
    }
  }

  /** Forget an account, within the caller's transaction. */
  forget(repo: number): void {
    this.#sql.exec("DELETE FROM repo_collection WHERE repo = ?", repo);
    this.#known.delete(repo);
  }

  /** Accounts that are carried and active, in the order of their rows, after row `after`. */
  list(nsid: string, after: number, limit: number): { dids: string[]; last: number | undefined } {
    const rows = this.#sql
      .exec<{ id: number; did: string }>(
        `SELECT r.id AS id, r.did AS did FROM repo_collection c JOIN repos r ON r.id = c.repo
          WHERE c.collection = (SELECT id FROM collection WHERE nsid = ?) AND c.repo > ? AND r.carried = 1 AND r.active = 1 ORDER BY c.repo LIMIT ?`,
        nsid, after, limit,
      )
      .toArray();
    return { dids: rows.map(({ did }) => did), last: rows.length < limit ? undefined : rows.at(-1)?.id };
  }

  /** Forget what is in memory: after a transaction was rolled back, or rows were removed. */
  reload(): void {
    this.#known.clear();
  }

  #of(repo: number): Set<string> {
    const cached = this.#known.get(repo);
    const known =
      cached ?? new Set(this.#sql.exec<{ nsid: string }>("SELECT k.nsid AS nsid FROM repo_collection c JOIN collection k ON k.id = c.collection WHERE c.repo = ?", repo).toArray().map(({ nsid }) => nsid));
    this.#known.delete(repo);
    this.#known.set(repo, known);
    if (this.#known.size > REPO_CACHE_SIZE) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return known;
  }

  #idOf(nsid: string): number | undefined {
    const [row] = this.#sql.exec<{ id: number }>("SELECT id FROM collection WHERE nsid = ?", nsid).toArray();
    if (row !== undefined) return row.id;
    return this.#sql
      .exec<{ id: number }>("INSERT INTO collection (nsid) SELECT ? WHERE (SELECT COUNT(*) FROM collection) < ? RETURNING id", nsid, MAX_COLLECTION_NAMES)
      .toArray()[0]?.id;
  }
}
