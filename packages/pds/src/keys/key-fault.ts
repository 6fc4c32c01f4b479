import { KeyStateError } from "@rookery/envelope";
import { type Outcome, type XrpcFault, fail } from "@rookery/sync";
import { VaultError } from "../vault/vault.ts";
import { KeyUnavailableError } from "./wrap.ts";

/** What the agent keeps encrypted does not open, and nothing is made anew over it: `KeyUnavailable` (500). Undefined for any other error. */
export const keyFault = (error: unknown): { ok: false; error: XrpcFault } | undefined =>
  error instanceof KeyUnavailableError || error instanceof KeyStateError || error instanceof VaultError ? fail(500, "KeyUnavailable", error.message) : undefined;

/** Run `work`. Error beside its own: `KeyUnavailable` (500). */
export async function withKeys<T>(work: () => Outcome<T> | Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    const fault = keyFault(error);
    if (fault !== undefined) return fault;
    throw error;
  }
}
