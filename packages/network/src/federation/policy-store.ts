import { fieldsOf } from "./fields.ts";
import { type Policy, type TrustLevel, isTrustLevel } from "./policy.ts";

const NAME = "federation-policy";

/** The colony's policy, in D1; until the admin sets one, that of the environment. */
export class PolicyStore {
  readonly #db: D1Database;
  readonly #peering: TrustLevel;

  /** @param peering level as long as the admin has not set one. */
  constructor(db: D1Database, peering: TrustLevel) {
    this.#db = db;
    this.#peering = peering;
  }

  async get(): Promise<Policy> {
    const value = await this.#db.prepare("SELECT value FROM setting WHERE name = ?").bind(NAME).first<string>("value");
    return value === null ? { peering: this.#peering, allowlist: [], allowAgents: [] } : parse(value);
  }

  async set(policy: Policy, now: number): Promise<void> {
    await this.#db
      .prepare("INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at")
      .bind(NAME, JSON.stringify(policy), now)
      .run();
  }
}

/** What this colony wrote itself: anything else is damage, and no policy may be guessed in its place. */
const parse = (text: string): Policy => {
  const { peering, allowlist, allowAgents } = fieldsOf(JSON.parse(text)) ?? {};
  if (!isTrustLevel(peering) || !Array.isArray(allowlist) || !Array.isArray(allowAgents)) throw new Error(`the setting ${NAME} is damaged: ${text.slice(0, 200)}`);
  return { peering, allowlist: allowlist.map(String), allowAgents: allowAgents.map(String) };
};
