import { MAX_USED_PER_ISSUER } from "./limits.ts";

/** Service JWTs that were taken, in D1: whichever isolate a copy comes to, it is known. Rows go when the token has expired. */
export class UsedTokens {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Take a token, once: `used` when it was taken before, `too-many` when no more of this account can be remembered. Times in ms since 1970. */
  async use(id: string, did: string, until: number, now: number): Promise<"fresh" | "used" | "too-many"> {
    const inserted = await this.#db
      .prepare(
        `INSERT INTO used_token (id, did, expires_at) SELECT ?1, ?2, ?3
         WHERE (SELECT count(*) FROM used_token WHERE did = ?2 AND expires_at > ?4) < ?5 ON CONFLICT DO NOTHING`,
      )
      .bind(id, did, until, now, MAX_USED_PER_ISSUER)
      .run();
    if (inserted.meta.changes === 1) return "fresh";
    return (await this.#db.prepare("SELECT 1 FROM used_token WHERE id = ?").bind(id).first()) === null ? "too-many" : "used";
  }

  /** Give a token back: what it was for was refused, so whoever asked may ask again with it. */
  async release(id: string): Promise<void> {
    await this.#db.prepare("DELETE FROM used_token WHERE id = ?").bind(id).run();
  }

  /** Forget what has expired. */
  async sweep(now: number): Promise<void> {
    await this.#db.prepare("DELETE FROM used_token WHERE expires_at <= ?").bind(now).run();
  }
}
