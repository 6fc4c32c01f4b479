import { type Outcome, fail, ok } from "@rookery/sync";
import { checkMailToken, deleteMailToken } from "../credentials/mail-tokens.ts";
import { didKeyOfWrapped } from "../keys/public-key.ts";
import { KeyUnavailableError, rewrapKey } from "../keys/wrap.ts";
import { PreferencesObject } from "../preferences/preferences-object.ts";
import { announce, identityEvent } from "../standing/announce.ts";
import type { AgentState } from "../state.ts";
import type { DidChange } from "../store/did-change.ts";
import type { AccountIdentity, DidChanged, IdentityApi } from "./identity-api.ts";

const PURPOSE = "plc_operation";

/** The account's keys and what its DID document says of them. */
export abstract class IdentityObject<Env> extends PreferencesObject<Env> implements IdentityApi {
  getIdentity(): Promise<Outcome<AccountIdentity>> {
    return this.#withKey(async (state) => ok(await identityOf(state)));
  }

  changeDid({ change, wrapped: given, exactly = false }: { change: DidChange; wrapped?: Uint8Array; exactly?: boolean }): Promise<Outcome<DidChanged>> {
    return this.#withKey<DidChanged>(async (state) => {
      const { ports, account, didChanges } = state;
      const before = await identityOf(state);
      let wrapped = given;
      if (change.kind === "signing-key" && wrapped === undefined && didChanges.current === undefined && change.add !== before.signingKey)
        return fail(400, "InvalidRequest", `${account.did} does not hold the private key of ${change.add}`);
      // The key that signs already is no change where the document names it; otherwise the document is what changes.
      if (change.kind === "signing-key" && change.add === before.signingKey && didChanges.current === undefined) {
        const standing = await ports.directory.look(account.did, change);
        if (!standing.ok) return standing;
        if (standing.value === "there") return ok({ did: account.did, state: "done", signingKey: before.signingKey });
        wrapped = account.signingKey;
      }
      // Whoever wrapped it may run with another master key, which must open here and now.
      const own = wrapped && (rewrapKey(ports.masterKey, account.did, wrapped) ?? wrapped);
      const done = await didChanges.begin(change, { exactly, ...(own === undefined ? {} : { wrapped: own }) });
      if (!done.ok) return done;
      const { signingKey, nextSigningKey, change: under } = await identityOf(state);
      return ok({ did: account.did, state: done.value, signingKey, ...(nextSigningKey === undefined ? {} : { nextSigningKey }), ...(under?.reason === undefined ? {} : { reason: under.reason }) });
    });
  }

  announceIdentity(): Promise<Outcome<null>> {
    return this.with((state) => {
      announce(state, state.account, [identityEvent(state.account, new Date().toISOString())], () => undefined);
      return ok(null);
    });
  }

  checkPlcToken({ token, spend }: { token: string; spend: boolean }): Promise<Outcome<null>> {
    return this.with(({ sql }) => {
      const checked = checkMailToken(sql, PURPOSE, token, Date.now());
      if (checked.ok && spend) deleteMailToken(sql, PURPOSE);
      return checked;
    });
  }

  /** As `with`; a key that does not open is an error that is told: `KeyUnavailable` (500). */
  #withKey<T>(then: (state: AgentState) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.with(async (state) => {
      try {
        return await then(state);
      } catch (error) {
        if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
        throw error;
      }
    });
  }
}

async function identityOf({ ports, account, didChanges }: AgentState): Promise<AccountIdentity> {
  const signingKey = await didKeyOfWrapped(ports.masterKey, account.did, account.signingKey);
  const identity: AccountIdentity = { did: account.did, handle: account.handle, signingKey };
  const row = didChanges.current;
  if (row === undefined) return identity;
  const { change, step, reason } = row;
  identity.change = { kind: change.kind, step, ...(reason === null ? {} : { reason }) };
  if (change.kind === "signing-key" && change.add !== signingKey) identity.nextSigningKey = change.add;
  return identity;
}
