import { type Outcome, fail, ok } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import type { AgentState } from "../state.ts";
import { updateSigningKey } from "../store/account.ts";
import { listSecrets, putSecret } from "../store/secret.ts";
import { KeyUnavailableError, currentOf, masterKeyId, rewrapKey } from "./wrap.ts";

/** Wrap the signing key and every secret of the agent under the current master key, in one transaction. Idempotent; see KeysApi. */
export function rewrapKeys(state: AgentState, to: string): Outcome<{ rewrapped: number }> {
  const { storage, sql, ports } = state;
  const { did } = state.account;
  // An object that runs with older settings would go on wrapping under a key that is about to be given up.
  if (masterKeyId(currentOf(ports.masterKey)) !== to) return fail(409, "OtherMasterKey", `${did} runs with another master key still: try again in a moment`);
  try {
    const signingKey = rewrapKey(ports.masterKey, did, state.account.signingKey);
    const secrets = listSecrets(sql).flatMap(({ name, wrapped }) => {
      const rewrapped = rewrapKey(ports.masterKey, did, wrapped);
      return rewrapped === undefined ? [] : [{ name, wrapped: rewrapped }];
    });
    storage.transactionSync(() => {
      if (signingKey !== undefined) updateSigningKey(sql, signingKey);
      for (const { name, wrapped } of secrets) putSecret(sql, name, wrapped);
      faultPoint(ports.fault, "rewrap.in-agent");
    });
    if (signingKey !== undefined) state.account = { ...state.account, signingKey };
    return ok({ rewrapped: secrets.length + (signingKey === undefined ? 0 : 1) });
  } catch (error) {
    if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
    throw error;
  }
}
