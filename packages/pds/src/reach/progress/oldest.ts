import type { Vault } from "../../vault/vault.ts";
import { MAX_CHANNELS } from "../limits.ts";

/** Before one more of a kind is kept: when all places of channels are taken, a tenth of them is freed, the oldest (by `at`, in ms) first. */
export function freeOldest(vault: Vault, kind: string): void {
  if (vault.count(kind) < MAX_CHANNELS) return;
  const all = Array.from(vault.allJson<{ at: number }>(kind), ({ name, value: { at } }) => ({ name, at }));
  for (const { name } of all.toSorted((a, b) => a.at - b.at).slice(0, Math.ceil(MAX_CHANNELS / 10))) vault.delete(kind, name);
}
