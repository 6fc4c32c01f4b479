import { type Outcome, fail, ok } from "@rookery/sync";
import { type AppPassword, findAppPassword } from "../credentials/app-passwords.ts";
import { MAX_PASSWORD_CHECKS } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { blockOf, countFailure } from "./login-guard.ts";
import { verifyPassword } from "./password.ts";

/** Password checks under way in this isolate's agents; each holds 16 MB. */
let checking = 0;

/** Which of the account's passwords it was: its own, or that of an app. */
export interface Matched {
  appPassword?: AppPassword;
}

/** Somebody who names a password. */
export interface Attempt {
  password: string;
  /** Client address, for limits. */
  ip?: string;
  /** What the account was named by, its name when absent. Failures are counted apart, or a block would tell whose a mail address is. */
  by?: "name" | "mail";
  /** Whether passwords of apps count. */
  appPasswords: boolean;
}

/**
 * Check a password. Failures are counted by address, and too many are refused. Errors: AuthenticationRequired (401),
 * RateLimitExceeded (429).
 */
export async function checkPassword(state: AgentState, { password, ip = "", by = "name", appPasswords }: Attempt): Promise<Outcome<Matched>> {
  const { sql, ports } = state;
  const address = (by === "mail" ? `mail ${ip}` : ip).slice(0, 64);
  const rate = ports.rateLimits ? blockOf(sql, address, Date.now()) : undefined;
  if (rate !== undefined) return { ok: false, error: { status: 429, name: "RateLimitExceeded", message: "Rate Limit Exceeded", rate } };
  if (checking >= MAX_PASSWORD_CHECKS) return fail(429, "RateLimitExceeded", "Too many logins at a time");
  checking++;
  const matched = await match(state, password, appPasswords).finally(() => checking--);
  if (matched !== undefined && state.account.status !== "deleted") return ok(matched);
  if (ports.rateLimits) countFailure(sql, address, Date.now());
  return fail(401, "AuthenticationRequired", "Invalid identifier or password");
}

async function match(state: AgentState, password: string, appPasswords: boolean): Promise<Matched | undefined> {
  const stored = state.account.password;
  // A password that was changed while it was checked is the wrong one.
  if ((await verifyPassword(password, stored)) && state.account.password === stored) return {};
  if (!appPasswords || isTakenDown(state)) return undefined;
  const appPassword = await findAppPassword(state.sql, state.account.did, password);
  return appPassword && { appPassword };
}

/** Whether the moderator has put the account aside, for good or for a while: apps are shut out, the owner may still leave. */
export const isTakenDown = ({ account: { status } }: AgentState): boolean => status === "takendown" || status === "suspended";

/** What such an account is answered. */
export const TAKEN_DOWN = fail(401, "AccountTakedown", "Account has been taken down");
