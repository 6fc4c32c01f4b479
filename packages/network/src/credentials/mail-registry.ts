import { type Outcome, fail, ok } from "@rookery/sync";

/** What of accounts' mail must be known across them: whose an address is, and whose password a token that was mailed is for. In D1. */
export class MailRegistry {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Give an account this address. Errors: InvalidRequest when it is another's. */
  async setEmail(did: string, email: string): Promise<Outcome<null>> {
    const address = email.toLowerCase();
    const done = await this.#db
      .prepare("UPDATE agent SET email = ?1 WHERE did = ?2 AND NOT EXISTS (SELECT 1 FROM agent WHERE email = ?1 AND did <> ?2)")
      .bind(address, did)
      .run();
    return done.meta.changes > 0 ? ok(null) : fail(400, "InvalidRequest", "This email address is already in use, please use a different email.");
  }

  /** Note whose token it is; the one before is forgotten. */
  async noteReset(did: string, hash: string): Promise<void> {
    await this.#db.prepare("INSERT INTO password_reset (did, hash) VALUES (?, ?) ON CONFLICT DO UPDATE SET did = excluded.did, hash = excluded.hash").bind(did, hash).run();
  }

  /** The account whose token it is. The agent decides whether it is still good. */
  async accountOfReset(hash: string): Promise<string | undefined> {
    return (await this.#db.prepare("SELECT did FROM password_reset WHERE hash = ?").bind(hash).first<{ did: string }>())?.did;
  }

  async forgetReset(did: string): Promise<void> {
    await this.#db.prepare("DELETE FROM password_reset WHERE did = ?").bind(did).run();
  }
}
