/** An invite code, as com.atproto.server.defs#inviteCode tells it. */
export interface InviteCode {
  code: string;
  /** How many times it is good in all. */
  available: number;
  disabled: boolean;
  /** DID of the account that gives it away, or `admin`. */
  forAccount: string;
  /** DID of the account that it came to by itself, or `admin`. */
  createdBy: string;
  createdAt: string;
  /** Newest first. */
  uses: { usedBy: string; usedAt: string }[];
}

/** A code that is to be. */
export type NewCode = Pick<InviteCode, "code" | "available" | "disabled" | "forAccount" | "createdBy" | "createdAt">;

interface Row {
  code: string;
  available: number;
  disabled: number;
  for_account: string;
  created_by: string;
  created_at: string;
}

/** One page of all codes: after which code it begins, by what they are sorted. */
export interface InvitePage {
  sort: "recent" | "usage";
  limit: number;
  /** What the last code of the page before is sorted by (its date, or how often it was used), and the code. */
  after?: { by: string | number; code: string };
}

/** Where a code of an account that was taken down, or a disabled one, or a used up one is not found. */
const USABLE = `SELECT 1 FROM invite_code c LEFT JOIN agent a ON a.did = c.for_account
  WHERE c.code = ?1 AND c.disabled = 0 AND (a.status IS NULL OR a.status NOT IN ('takendown', 'suspended'))
    AND c.available > (SELECT COUNT(*) FROM invite_use u WHERE u.code = c.code)`;

const COLUMNS = "code, available, disabled, for_account, created_by, created_at";
const SORTED_BY = { recent: "created_at", usage: "(SELECT COUNT(*) FROM invite_use u WHERE u.code = c.code)" };

/** Invite codes, in D1. Their number is the admin's affair; what one call makes or tells is bounded by its caller. */
export class InviteStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Whether somebody could come in with this code now. */
  async isUsable(code: string): Promise<boolean> {
    return (await this.#db.prepare(USABLE).bind(code).first()) !== null;
  }

  /** Statement that notes the use of a code, if it can be used: the first of a batch whose others look whether it did. */
  use(code: string, did: string, at: string): D1PreparedStatement {
    return this.#db.prepare(`INSERT INTO invite_use (code, used_by, used_at) SELECT ?1, ?2, ?3 WHERE EXISTS (${USABLE}) ON CONFLICT DO NOTHING`).bind(code, did, at);
  }

  /** Statement that takes the use back of a DID that has no account here, nor is about to: the last of a batch. */
  giveBack(did: string): D1PreparedStatement {
    return this.#db.prepare("DELETE FROM invite_use WHERE used_by = ?1 AND NOT EXISTS (SELECT 1 FROM agent WHERE did = ?1 AND state <> 'deleting')").bind(did);
  }

  /**
   * All in one statement. With `expecting`, only if that account has so many codes now: false when others came meanwhile.
   */
  async create(codes: NewCode[], expecting?: { did: string; count: number }): Promise<boolean> {
    const { did = "", count = 0 } = expecting ?? {};
    const made = await this.#db
      .prepare(
        `INSERT INTO invite_code (${COLUMNS})
         SELECT value ->> 'code', value ->> 'available', value ->> 'disabled', value ->> 'forAccount', value ->> 'createdBy', value ->> 'createdAt' FROM json_each(?1)
         WHERE ?2 = '' OR (SELECT COUNT(*) FROM invite_code WHERE for_account = ?2) = ?3`,
      )
      .bind(JSON.stringify(codes.map((one) => ({ ...one, disabled: one.disabled ? 1 : 0 }))), did, count)
      .run();
    return made.meta.changes > 0;
  }

  /** Codes that these accounts may give away, oldest first. */
  async ofAccounts(dids: string[]): Promise<InviteCode[]> {
    return this.#read(`SELECT ${COLUMNS} FROM invite_code WHERE for_account IN (SELECT value FROM json_each(?)) ORDER BY created_at, rowid`, JSON.stringify(dids));
  }

  /** By DID of an account, the code that it came in with. */
  async inviters(dids: string[]): Promise<Map<string, InviteCode>> {
    const asked = new Set(dids);
    const codes = await this.#read(
      `SELECT ${COLUMNS} FROM invite_code WHERE code IN (SELECT code FROM invite_use WHERE used_by IN (SELECT value FROM json_each(?)))`,
      JSON.stringify(dids),
    );
    return new Map(codes.flatMap((code) => code.uses.filter(({ usedBy }) => asked.has(usedBy)).map(({ usedBy }) => [usedBy, code] as const)));
  }

  /** All codes: the newest first, or those most used. */
  async list({ sort, limit, after }: InvitePage): Promise<InviteCode[]> {
    const by = SORTED_BY[sort];
    const place = after === undefined ? "" : `WHERE (${by}, code) < (?2, ?3)`;
    return this.#read(`SELECT ${COLUMNS} FROM invite_code c ${place} ORDER BY ${by} DESC, code DESC LIMIT ?1`, limit, ...(after === undefined ? [] : [after.by, after.code]));
  }

  /** These codes, and all that these accounts may give away. */
  async disable(codes: string[], accounts: string[]): Promise<void> {
    await this.#db
      .prepare("UPDATE invite_code SET disabled = 1 WHERE code IN (SELECT value FROM json_each(?)) OR for_account IN (SELECT value FROM json_each(?))")
      .bind(JSON.stringify(codes), JSON.stringify(accounts))
      .run();
  }

  /** Whether codes that come to this account by itself are disabled from now on. False when there is no such account. */
  async setDisabled(did: string, disabled: boolean): Promise<boolean> {
    const done = await this.#db.prepare("UPDATE agent SET invites_disabled = ? WHERE did = ? AND state = 'active'").bind(disabled ? 1 : 0, did).run();
    return done.meta.changes > 0;
  }

  /** What decides how many codes come to an account by itself; undefined when there is no such account. */
  async inviterOf(did: string): Promise<{ createdAt: number; disabled: boolean } | undefined> {
    const row = await this.#db.prepare("SELECT created_at, invites_disabled FROM agent WHERE did = ? AND state = 'active'").bind(did).first<{ created_at: number; invites_disabled: number }>();
    return row === null ? undefined : { createdAt: row.created_at, disabled: row.invites_disabled === 1 };
  }

  async #read(statement: string, ...values: (string | number)[]): Promise<InviteCode[]> {
    const { results } = await this.#db.prepare(statement).bind(...values).all<Row>();
    const uses = new Map<string, InviteCode["uses"]>(results.map(({ code }) => [code, []]));
    if (results.length > 0) {
      const used = await this.#db
        .prepare("SELECT code, used_by, used_at FROM invite_use WHERE code IN (SELECT value FROM json_each(?)) ORDER BY used_at DESC")
        .bind(JSON.stringify([...uses.keys()]))
        .all<{ code: string; used_by: string; used_at: string }>();
      for (const { code, used_by, used_at } of used.results) uses.get(code)?.push({ usedBy: used_by, usedAt: used_at });
    }
    return results.map(({ code, available, disabled, for_account, created_by, created_at }) => ({
      code, available, disabled: disabled === 1, forAccount: for_account, createdBy: created_by, createdAt: created_at, uses: uses.get(code) ?? [],
    }));
  }
}
