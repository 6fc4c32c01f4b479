import type { ForeignCard } from "./colony-card.ts";
import { MAX_CHALLENGES, MAX_CHALLENGES_PER_COLONY, MAX_USED_PER_COLONY } from "./limits.ts";

/** A challenge that was given out. */
export interface Challenge {
  nonce: string;
  /** DID of the colony it was given to, the nonce that it sent, and what it said of itself at that moment, checked. */
  did: string;
  theirNonce: string;
  theirCard: ForeignCard;
  expiresAt: number;
}

/** A named boundary: what this colony itself wrote two minutes ago. */
const cardOf = (text: string): ForeignCard => JSON.parse(text) as ForeignCard;

/** Nonces in D1: challenges that wait for their answer, and nonces that were used and must not be used again. */
export class NonceStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Remember a challenge; the oldest make room for it. */
  async give({ nonce, did, theirNonce, theirCard, expiresAt }: Challenge): Promise<void> {
    await this.#db.batch([
      this.#db.prepare("INSERT INTO nonce (nonce, did, their_nonce, their_card, expires_at) VALUES (?, ?, ?, ?, ?)").bind(nonce, did, theirNonce, JSON.stringify(theirCard), expiresAt),
      this.#db
        .prepare("DELETE FROM nonce WHERE rowid IN (SELECT rowid FROM nonce WHERE did = ? AND their_nonce IS NOT NULL ORDER BY rowid DESC LIMIT -1 OFFSET ?)")
        .bind(did, MAX_CHALLENGES_PER_COLONY),
      this.#db.prepare("DELETE FROM nonce WHERE rowid IN (SELECT rowid FROM nonce WHERE their_nonce IS NOT NULL ORDER BY rowid DESC LIMIT -1 OFFSET ?)").bind(MAX_CHALLENGES),
    ]);
  }

  /** Take a challenge back, once: undefined when it was never given to this colony, was answered before, or has expired. */
  async take(nonce: string, did: string, now: number): Promise<Challenge | undefined> {
    const row = await this.#db
      .prepare("DELETE FROM nonce WHERE nonce = ? AND did = ? AND their_nonce IS NOT NULL RETURNING their_nonce, their_card, expires_at")
      .bind(nonce, did)
      .first<{ their_nonce: string; their_card: string; expires_at: number }>();
    if (row === null || row.expires_at <= now) return undefined;
    return { nonce, did, theirNonce: row.their_nonce, theirCard: cardOf(row.their_card), expiresAt: row.expires_at };
  }

  /** Use a colony's nonce up, until then; `used` when it was before, `too-many` when no more of this colony can be remembered. */
  async use(nonce: string, did: string, until: number, now: number): Promise<"fresh" | "used" | "too-many"> {
    const inserted = await this.#db
      .prepare(
        `INSERT INTO nonce (nonce, did, expires_at) SELECT ?1, ?2, ?3
         WHERE (SELECT count(*) FROM nonce WHERE did = ?2 AND their_nonce IS NULL AND expires_at > ?4) < ?5 ON CONFLICT DO NOTHING`,
      )
      .bind(nonce, did, until, now, MAX_USED_PER_COLONY)
      .run();
    if (inserted.meta.changes === 1) return "fresh";
    return (await this.#db.prepare("SELECT 1 FROM nonce WHERE nonce = ?").bind(nonce).first()) === null ? "too-many" : "used";
  }

  /** Forget what has expired. */
  async sweep(now: number): Promise<void> {
    await this.#db.prepare("DELETE FROM nonce WHERE expires_at <= ?").bind(now).run();
  }

  /** Nonces remembered now. */
  async size(): Promise<number> {
    return (await this.#db.prepare("SELECT count(*) AS n FROM nonce").first<number>("n")) ?? 0;
  }
}
