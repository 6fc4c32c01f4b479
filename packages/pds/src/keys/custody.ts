import { ids } from "@rookery/lexicon-agent-comms";
import { listRecords, readRecord } from "../store/records.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * Who holds an agent's encryption keys. `hosted`: this object, and the colony seals and opens for the agent. `self`: its owner.
 * `none`: nobody yet.
 */
export type Custody = "hosted" | "self" | "none";

/** Kind of the vault's entries about keys. */
export const KEYS = "keys";

/** That the owner holds the keys; with `once`, from the moment on that a key record of that name is in the repository. */
interface OwnerHolds {
  once?: string;
}

/**
 * Told by what is kept: the owner's word, or keys of ours. An agent of neither whose repository has key records has them from
 * an owner who holds the keys. Reads only, until a take-over that was interrupted has to be finished.
 */
export function readCustody(sql: SqlStorage, vault: Vault): Custody {
  const owner = vault.getJson<OwnerHolds>(KEYS, "owner");
  if (owner !== undefined && owner.once === undefined) return "self";
  if (owner?.once !== undefined && readRecord(sql, `${ids.AgentCommsKey}/${owner.once}`) !== undefined) {
    leaveToOwner(vault);
    return "self";
  }
  // Asked several times for every message: not opened.
  if (vault.has(KEYS, "state")) return "hosted";
  return listRecords(sql, { collection: ids.AgentCommsKey, limit: 1 }).length > 0 ? "self" : "none";
}

/** The owner holds the keys from now on; with `once`, as soon as the key record of that name is there, so that both are one step. */
export function leaveToOwner(vault: Vault, once?: string): void {
  const owner: OwnerHolds = once === undefined ? {} : { once };
  vault.putJson(KEYS, "owner", owner);
}
