import { type Outcome, fail, ok } from "@rookery/sync";
import { didKeyOfWrapped } from "../keys/public-key.ts";
import { KeyUnavailableError } from "../keys/wrap.ts";
import { PreferencesObject } from "../preferences/preferences-object.ts";
import type { AccountIdentity, IdentityApi } from "./identity-api.ts";

/** The account's keys and what its DID document says of them. */
export abstract class IdentityObject<Env> extends PreferencesObject<Env> implements IdentityApi {
  getIdentity(): Promise<Outcome<AccountIdentity>> {
    return this.with(async ({ account, ports }) => {
      try {
        const signingKey = await didKeyOfWrapped(ports.masterKey, account.did, account.signingKey);
        return ok({ did: account.did, handle: account.handle, signingKey });
      } catch (error) {
        if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
        throw error;
      }
    });
  }
}
