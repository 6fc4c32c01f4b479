/**
 * Whether an account takes part. Deactivation (the owner's), suspension and takedown (the moderator's) are facts of their own:
 * an account may be in all three, and lifting one leaves the others. What the world is told is the gravest of them.
 *
 * Every change is one transaction: the account's row and the events for the relay. Events are those of the reference, in its
 * order (packages/pds/src/sequencer/sequencer.ts): activation `#account`, `#identity`, `#sync`; all others `#account`. They go out
 * also when nothing changed, as there: whoever lost one gets it by asking again.
 */
import type { AccountStatus, XrpcFault } from "@rookery/sync";
import type { AgentState } from "../state.ts";
import { type Account, type Standing, updateStanding } from "../store/account.ts";
import type { JobResult } from "../scheduler.ts";
import { ownProfile } from "../store/own-profile.ts";
import { type NewEvent, accountEvent, announce, identityEvent, syncEvent } from "./announce.ts";

/** Why an account may not act, in the reference's words; undefined when it may. Its own agent is refused so, whoever asks. */
export function refusalOf({ status }: Pick<Account, "status">): XrpcFault | undefined {
  return status === null ? undefined : REFUSALS[status];
}

/** The same where a deactivated account may go on, since its owner is moving or coming back. */
export function barOf({ status }: Pick<Account, "status">): XrpcFault | undefined {
  return status === "deactivated" ? undefined : refusalOf({ status });
}

const REFUSALS: Record<AccountStatus, XrpcFault> = {
  takendown: { status: 401, name: "AccountTakedown", message: "Account has been taken down" },
  suspended: { status: 401, name: "AccountTakedown", message: "Account has been suspended" },
  deactivated: { status: 401, name: "AccountDeactivated", message: "Account is deactivated" },
  deleted: { status: 403, name: "AccountNotFound", message: "Account not found" },
};

/** The gravest of what is the matter with an account; null when it takes part. */
function statusOfStanding({ takedownRef, suspendedRef, deactivatedAt }: Standing): AccountStatus | null {
  if (takedownRef !== null) return "takendown";
  if (suspendedRef !== null) return "suspended";
  return deactivatedAt === null ? null : "deactivated";
}

/**
 * Change the standing and say so: `#account`, and when `activation` is asked for `#identity` and `#sync` after it. A deleted account
 * stays deleted. `within` runs in the same transaction.
 */
export function setStanding(state: AgentState, change: Partial<Standing>, options: { activation?: boolean; within?: () => void } = {}): void {
  const changed = { ...state.account, ...change };
  const account: Account = { ...changed, status: changed.status === "deleted" ? "deleted" : statusOfStanding(changed) };
  const time = new Date().toISOString();
  const events = [accountEvent(account, time)];
  // Before it nobody was told what is in the repository.
  if (options.activation) events.push(identityEvent(account, time), { ...syncEvent(account, state.head, time), profile: ownProfile(state.sql) });
  changeAccount(state, account, events, options.within);
}

/** Everything that the registry has a copy of changes here. */
function changeAccount(state: AgentState, account: Account, events: NewEvent[], within?: () => void): void {
  const before = state.account;
  announce(state, account, events, () => {
    const now = Date.now();
    // What waited for it goes on.
    if (barOf(before) !== undefined && barOf(account) === undefined) state.scheduler.ensure("webhooks", now);
    if (before.status !== null && account.status === null) {
      state.scheduler.ensure("receipts", now);
      // Not for an agent that is to have none.
      if (state.scheduler.isWaiting("keys")) state.scheduler.ensure("keys", now);
    }
    updateStanding(state.sql, account);
    state.standing.changes(now);
    if (account.suspendedUntil !== null) state.scheduler.ensure("suspension", account.suspendedUntil);
    within?.();
  });
}

/** A new handle: `#identity`. */
export function setHandle(state: AgentState, handle: string): void {
  const account = { ...state.account, handle };
  changeAccount(state, account, [identityEvent(account, new Date().toISOString())]);
}

/** The alarm's turn: a suspension that is over ends. */
export function endSuspension(state: AgentState, now = Date.now()): JobResult {
  const { suspendedUntil, status } = state.account;
  if (suspendedUntil === null || status === "deleted") return undefined;
  if (suspendedUntil > now) return { again: suspendedUntil - now };
  setStanding(state, { suspendedRef: null, suspendedUntil: null });
  return undefined;
}

/** Deactivate: the owner's wish, or the admin's. `deleteAfter`: ISO datetime until which the owner wants it kept. */
export function deactivate(state: AgentState, deleteAfter: string | null, now = new Date()): void {
  setStanding(state, { deactivatedAt: now.toISOString(), deleteAfter });
}

/** Activate: the deactivation ends; what else is the matter stays. */
export function activate(state: AgentState): void {
  setStanding(state, { deactivatedAt: null, deleteAfter: null }, { activation: true });
}
