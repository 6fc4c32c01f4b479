import { type Outcome, fail, ok } from "@rookery/sync";
import { setCredential } from "../account.ts";
import { inTurn } from "../sealing/in-turn.ts";
import { checkPassword, isTakenDown, TAKEN_DOWN } from "../sessions/login.ts";
import type { AgentState } from "../state.ts";
import { updateEmail } from "../store/account.ts";
import type { TokenToMail } from "./credentials-api.ts";
import { holdEmail, settleEmailChange } from "./email-change.ts";
import { type MailPurpose, checkMailToken, createMailToken, deleteMailToken, hashMailToken } from "./mail-tokens.ts";

/** A token for the account's mail address. Errors: InvalidRequest when it has none. */
export function tokenToMail(state: AgentState, purpose: MailPurpose): Outcome<TokenToMail> {
  const { email, handle } = state.account;
  if (email === null) return fail(400, "InvalidRequest", "account does not have an email address");
  return ok({ token: createMailToken(state.sql, purpose, Date.now()), email, handle });
}

/** Its owner reads what is sent to this address. */
export function confirmEmail(state: AgentState, { email, token }: { email: string; token: string }): Outcome<null> {
  if (isTakenDown(state)) return TAKEN_DOWN;
  if (state.account.email !== email.toLowerCase()) return fail(400, "InvalidEmail", "invalid email");
  const checked = checkMailToken(state.sql, "confirm_email", token, Date.now());
  if (!checked.ok) return checked;
  const account = { ...state.account, emailConfirmedAt: new Date().toISOString() };
  state.storage.transactionSync(() => {
    deleteMailToken(state.sql, "confirm_email");
    updateEmail(state.sql, account);
  });
  state.account = account;
  return ok(null);
}

/** Only an address that is known to be the owner's guards itself: another may have been mistyped. */
export function requestEmailUpdate(state: AgentState): Outcome<TokenToMail | null> {
  if (isTakenDown(state)) return TAKEN_DOWN;
  const { email, emailConfirmedAt } = state.account;
  return email !== null && emailConfirmedAt === null ? ok(null) : tokenToMail(state, "update_email");
}

/** A token that is given must be right, also where none is needed. */
function checkEmailUpdate(state: AgentState, token: string | undefined): Outcome<null> {
  if (isTakenDown(state)) return TAKEN_DOWN;
  if (token) return checkMailToken(state.sql, "update_email", token, Date.now());
  return state.account.emailConfirmedAt === null ? ok(null) : fail(400, "TokenRequired", "confirmation token required");
}

/** By the owner, with a token where one is needed. */
export const changeEmail = (state: AgentState, { email, token }: { email: string; token?: string }): Promise<Outcome<null>> =>
  inTurn(state, async () => {
    const address = email.toLowerCase();
    const settled = await settleEmailChange(state, address);
    const allowed = settled.ok ? checkEmailUpdate(state, token) : settled;
    return allowed.ok ? holdEmail(state, address) : allowed;
  });

/** By the admin. */
export const setEmail = (state: AgentState, email: string): Promise<Outcome<null>> =>
  inTurn(state, async () => {
    const address = email.toLowerCase();
    const settled = await settleEmailChange(state, address);
    return settled.ok ? holdEmail(state, address) : settled;
  });

/** Of tokens that are asked for at once the last is good, here and in the registry. */
export const requestPasswordReset = (state: AgentState): Promise<Outcome<TokenToMail>> =>
  inTurn(state, async () => {
    const made = tokenToMail(state, "reset_password");
    if (made.ok) await state.ports.registry.noteReset(state.account.did, hashMailToken(made.value.token));
    return made;
  });

/** The old password's sessions end with it; app passwords stay, as in the reference. */
export function resetPassword(state: AgentState, { token, passwordHash }: { token: string; passwordHash: string }): Outcome<null> {
  const checked = checkMailToken(state.sql, "reset_password", token, Date.now());
  if (!checked.ok) return checked;
  return ok(setCredential(state, passwordHash));
}

/** An app password does not delete an account. */
export async function checkDeletion(state: AgentState, { password, token, ip }: { password: string; token: string; ip?: string }): Promise<Outcome<null>> {
  const matched = await checkPassword(state, { password, appPasswords: false, ...(ip === undefined ? {} : { ip }) });
  if (matched.ok) return checkMailToken(state.sql, "delete_account", token, Date.now());
  return matched.error.status === 401 ? fail(401, matched.error.name, "Invalid did or password") : matched;
}
