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
    return value === null ? this.#initial : parse(value);
  }

  /** Change parts of the policy, in one step: what somebody else changes at the same time stays changed. @returns the policy as it is now. */
  async change(part: Partial<Policy>, now: number): Promise<Policy> {
    const value = await this.#db
      .prepare("INSERT INTO setting (name, value, updated_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = json_patch(value, ?4), updated_at = ?3 RETURNING value")
      .bind(NAME, JSON.stringify({ ...this.#initial, ...part }), now, JSON.stringify(part))
      .first<string>("value");
    if (value === null) throw new Error(`the setting ${NAME} was not written`);
    return parse(value);
  }

  get #initial(): Policy {
    return { peering: this.#peering, allowlist: [], allowAgents: [] };
  }
}

/** What this colony wrote itself: anything else is damage, and no policy may be guessed in its place. */
const parse = (text: string): Policy => {
  const { peering, allowlist, allowAgents } = fieldsOf(JSON.parse(text)) ?? {};
  if (!isTrustLevel(peering) || !Array.isArray(allowlist) || !Array.isArray(allowAgents)) throw new Error(`the setting ${NAME} is damaged: ${text.slice(0, 200)}`);
  return { peering, allowlist: allowlist.map(String), allowAgents: allowAgents.map(String) };
};
