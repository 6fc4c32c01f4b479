import { type Outcome, fail, ok } from "@rookery/sync";
import type { Vault } from "../vault/vault.ts";
import { MAX_LISTED_SENDERS } from "./limits.ts";
import { type EffectivePolicy, checkPolicy, effectivePolicy } from "./policy.ts";
import type { Policy, PolicySender } from "./reach-api.ts";

const KIND = "policy";
const OWN = "own";

/** The policy that holds, and its lists as they are asked about. */
interface Held {
  effective: EffectivePolicy;
  allowed: ReadonlySet<string>;
  blocked: ReadonlySet<string>;
}

/** The agent's policy, which is in its vault, and what it comes to together with the colony's. */
export class PolicyStore {
  readonly #vault: Vault;
  readonly #colony: Policy;
  #held: Held | undefined;

  constructor(vault: Vault, colony: Policy) {
    this.#vault = vault;
    this.#colony = colony;
  }

  /** What the agent itself has set. @throws KeyUnavailableError @throws VaultError */
  get own(): Policy {
    return this.#vault.getJson<Policy>(KIND, OWN) ?? {};
  }

  get held(): Held {
    if (this.#held === undefined) {
      const effective = effectivePolicy(this.own, this.#colony);
      this.#held = { effective, allowed: didsOf(effective.allow), blocked: didsOf(effective.block) };
    }
    return this.#held;
  }

  /** Errors: `InvalidRequest` (400). */
  put(policy: Policy): Outcome<null> {
    const checked = checkPolicy(policy);
    if (!checked.ok) return checked;
    this.#vault.putJson(KIND, OWN, policy);
    this.forget();
    return ok(null);
  }

  /** Put senders on one list and off the other. Errors: `InvalidRequest` (400) when it is full. */
  list(name: "allow" | "block", authors: ReadonlySet<string>): Outcome<null> {
    const { own } = this;
    const without = (list: PolicySender[] = []) => list.filter(({ did }) => !authors.has(did));
    const lists = { allow: without(own.allow), block: without(own.block) };
    lists[name].push(...Array.from(authors, (did) => ({ did })));
    if (lists[name].length > MAX_LISTED_SENDERS) return fail(400, "InvalidRequest", `A list has ${MAX_LISTED_SENDERS} senders at most`);
    return this.put({ ...own, ...lists });
  }

  /** What was put may have been undone. */
  forget(): void {
    this.#held = undefined;
  }
}

const didsOf = (list: PolicySender[]): ReadonlySet<string> => new Set(list.map(({ did }) => did));
