import type { Store } from "@rookery/messaging";
import type { Vault } from "../vault/vault.ts";

/** Kinds of the engine are kept apart from everybody else's. */
const kindOf = (kind: string): string => `messaging ${kind}`;

/** The messaging engine's store: what it remembers says who owes what to whom, so it is in the vault. */
export const vaultStore = (vault: Vault): Store => ({
  get<T>(kind: string, name: string): T | undefined {
    return vault.getJson<T>(kindOf(kind), name);
  },
  put: (kind, name, value) => vault.putJson(kindOf(kind), name, value),
  delete: (kind, name) => void vault.delete(kindOf(kind), name),
  list<T>(kind: string): { name: string; value: T }[] {
    // Our own JSON (named boundary).
    return [...vault.allJson<T>(kindOf(kind))];
  },
  count: (kind) => vault.count(kindOf(kind)),
});
