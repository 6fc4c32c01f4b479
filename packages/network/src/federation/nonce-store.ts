import type { ForeignCard } from "./colony-card.ts";
import { MAX_NONCES, MAX_NONCES_PER_COLONY } from "./limits.ts";

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

  /** Remember a challenge. False when there are too many. */
  async give({ nonce, did, theirNonce, theirCard, expiresAt }: Challenge, now: number): Promise<boolean> {
    return this.#insert([nonce, did, theirNonce, JSON.stringify(theirCard), expiresAt], now);
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

  /** Use another colony's nonce up. False when it was used before, or there are too many to remember. */
  async use(nonce: string, did: string, expiresAt: number, now: number): Promise<boolean> {
    return this.#insert([nonce, did, null, null, expiresAt], now);
  }

  /** Forget what has expired. */
  async sweep(now: number): Promise<void> {
    await this.#db.prepare("DELETE FROM nonce WHERE expires_at <= ?").bind(now).run();
  }

  /** Nonces remembered now. */
  async size(): Promise<number> {
    return (await this.#db.prepare("SELECT count(*) AS n FROM nonce").first<number>("n")) ?? 0;
  }

  async #insert(values: (string | number | null)[], now: number): Promise<boolean> {
    const did = values[1] ?? "";
    const result = await this.#db
      .prepare(
        `INSERT INTO nonce (nonce, did, their_nonce, their_card, expires_at) SELECT ?, ?, ?, ?, ?
         WHERE (SELECT count(*) FROM nonce WHERE did = ? AND expires_at > ?) < ? AND (SELECT count(*) FROM nonce WHERE expires_at > ?) < ?
         ON CONFLICT DO NOTHING`,
      )
      .bind(...values, did, now, MAX_NONCES_PER_COLONY, now, MAX_NONCES)
      .run();
    return result.meta.changes === 1;
  }
}
