import type { KeyAlarm } from "@rookery/envelope";
import type { Vault } from "../vault/vault.ts";
import { KEYS } from "./custody.ts";
import { MAX_ALARMS } from "./limits.ts";

/** An alarm, and when it was seen last. */
export interface KeptAlarm extends KeyAlarm {
  /** Datetime. */
  at: string;
}

/** Newest first. */
export const readAlarms = (vault: Vault): KeptAlarm[] => vault.getJson<KeptAlarm[]>(KEYS, "alarms") ?? [];

/** Keep an alarm for the owner. What it is about stays in the vault: whom an agent writes to is not for logs. */
export function keepAlarm(vault: Vault, { did, why, reason }: KeyAlarm, now: number): void {
  const others = readAlarms(vault).filter((known) => known.did !== did || known.why !== why || known.reason !== reason);
  vault.putJson(KEYS, "alarms", [{ did, why, reason, at: new Date(now).toISOString() }, ...others].slice(0, MAX_ALARMS));
}
