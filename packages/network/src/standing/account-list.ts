/** Of an account, what the registry knows for com.atproto.admin.defs#accountView. */
export interface ListedAccount {
  did: string;
  handle: string;
  email: string | null;
  created_at: number;
  deactivated_at: string | null;
  invites_disabled: number;
}

const COLUMNS = "did, handle, email, created_at, deactivated_at, invites_disabled";

/** Accounts as the moderator looks them up, in D1. */
export class AccountList {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Those of these DIDs that are here, whatever their status. */
  async ofDids(dids: string[]): Promise<ListedAccount[]> {
    const found = await this.#db
      .prepare(`SELECT ${COLUMNS} FROM agent WHERE state = 'active' AND did IN (SELECT value FROM json_each(?))`)
      .bind(JSON.stringify(dids))
      .all<ListedAccount>();
    return found.results;
  }

  /** Accounts in the order of their DIDs, after `after`; with `email`, those whose address contains it. */
  async search({ email, after, limit }: { email?: string; after: string; limit: number }): Promise<ListedAccount[]> {
    // instr and not LIKE: an address may contain wildcards.
    const found = await this.#db
      .prepare(`SELECT ${COLUMNS} FROM agent WHERE state = 'active' AND did > ?1 AND (?2 = '' OR instr(email, ?2) > 0) ORDER BY did LIMIT ?3`)
      .bind(after, (email ?? "").toLowerCase(), limit)
      .all<ListedAccount>();
    return found.results;
  }
}
