/**
 * A change of the mail address, which registry and account must agree on. It is written down before the registry is asked, so
 * that one that was cut off anywhere is gone through with: by the next change, or else by the clock.
 */
import { type Outcome, fail, ok } from "@rookery/sync";
import type { JobResult } from "../scheduler.ts";
import { inTurn } from "../sealing/in-turn.ts";
import type { AgentState } from "../state.ts";
import { updateEmail } from "../store/account.ts";
import { EMAIL_HORIZON, EMAIL_RETRY_LAST } from "./limits.ts";
import { deleteAllMailTokens } from "./mail-tokens.ts";

/** The address that the account was about to have when its last change was cut off; undefined when none was. */
const pendingEmail = (sql: SqlStorage): string | undefined => sql.exec<{ email: string }>("SELECT email FROM email_change").toArray()[0]?.email;

/** The registry did not say whether it took the change. */
const UNSETTLED = fail(503, "RegistryUnavailable", "The registry does not answer now: what it was asked last is gone through with when it does");

/** Give the account this address, which is in small letters. In turn. Errors: InvalidRequest when it is another's, RegistryUnavailable. */
export function holdEmail(state: AgentState, email: string): Promise<Outcome<null>> {
  const { sql, storage, scheduler } = state;
  storage.transactionSync(() => {
    sql.exec("INSERT OR REPLACE INTO email_change (id, email) VALUES (1, ?)", email);
    scheduler.ensure("email", Date.now() + EMAIL_HORIZON);
  });
  return settle(state, email);
}

/** Go through with a change that was cut off, if there is one of another address than the one wanted now. In turn. Errors: RegistryUnavailable. */
export async function settleEmailChange(state: AgentState, wanted?: string): Promise<Outcome<null>> {
  const email = pendingEmail(state.sql);
  const settled = email === undefined || email === wanted ? ok(null) : await settle(state, email);
  return settled === UNSETTLED ? settled : ok(null);
}

/** The alarm's turn. */
export async function emailChangeJob(state: AgentState, tries: number): Promise<JobResult> {
  const done = await inTurn(state, () => settleEmailChange(state));
  return done.ok ? undefined : { again: Math.min(EMAIL_RETRY_LAST, EMAIL_HORIZON * 2 ** Math.min(tries, 16)) };
}

/** The registry first, which knows whether the address is free, then the account. What was sent to the old address is void. */
async function settle(state: AgentState, email: string): Promise<Outcome<null>> {
  await state.storage.sync();
  const held = await ask(state, email);
  if (held === UNSETTLED) return held;
  const account = held.ok ? { ...state.account, email, emailConfirmedAt: null } : state.account;
  state.storage.transactionSync(() => {
    state.sql.exec("DELETE FROM email_change");
    if (!held.ok) return;
    updateEmail(state.sql, account);
    deleteAllMailTokens(state.sql);
  });
  state.account = account;
  return held;
}

async function ask({ ports, account }: AgentState, email: string): Promise<Outcome<null>> {
  try {
    return await ports.registry.holdEmail(account.did, email);
  } catch (error) {
    console.error(JSON.stringify({ event: "email-not-held", did: account.did, error: String(error) }));
    return UNSETTLED;
  }
}
