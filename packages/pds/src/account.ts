import { type AccountStatus, type Outcome, encodeAccountFrame, fail, ok } from "@rookery/sync";
import type { AccountView } from "./agent-api.ts";
import { atMost } from "./at-most.ts";
import { deleteMailToken } from "./credentials/mail-tokens.ts";
import { BIRTH_WAIT, DELETION_WAIT, OUTBOX_RETRY_FIRST } from "./limits.ts";
import { deleteAllSessions } from "./sessions/sessions.ts";
import type { AgentState } from "./state.ts";
import { updateAccount } from "./store/account.ts";
import { updateHead } from "./store/head.ts";
import type { OutboxEvent } from "./store/outbox.ts";

/** The account as its owner and the admin see it. */
export function accountView({ account }: AgentState): AccountView {
  const { did, handle, email, emailConfirmedAt, model, status } = account;
  const view: AccountView = { did, handle, active: status === null };
  if (email !== null) view.email = email;
  if (emailConfirmedAt !== null) view.emailConfirmedAt = emailConfirmedAt;
  if (status !== null) view.status = status;
  if (model !== null) view.model = model;
  return view;
}

/** com.atproto.sync.getRepoStatus: the rev is told of active accounts only, as the reference does. */
export function statusOf({ account, head }: AgentState): { did: string; active: boolean; status?: AccountStatus; rev?: string } {
  const { did, status } = account;
  return status === null ? { did, active: true, rev: head.rev } : { did, active: false, status };
}

/** A new main credential; sessions of the old one end with it, and so does a reset that was mailed before. */
export function setCredential(state: AgentState, passwordHash: string): null {
  const account = { ...state.account, password: passwordHash };
  state.storage.transactionSync(() => {
    updateAccount(state.sql, account);
    deleteMailToken(state.sql, "reset_password");
    deleteAllSessions(state.sql);
  });
  state.account = account;
  return null;
}

/**
 * Wait until the relay knows the account, if it can be reached: whoever is told of the account may write to it at once, and a
 * relay leaves out recipients that it has not heard of. If it cannot, the alarm sees to it.
 */
export async function announceBirth(state: AgentState): Promise<void> {
  if ((await atMost(state.head.n === 0 ? note(state) : sendAll(state), BIRTH_WAIT)) !== true) announceByAlarm(state);
}

/** Have what the relay does not hold yet sent by alarm. */
export function announceByAlarm({ outbox, scheduler }: AgentState): null {
  if (outbox.waiting > 0) scheduler.ensure("outbox", Date.now() + OUTBOX_RETRY_FIRST);
  return null;
}

/** Have the relay list an account of which no event tells. */
function note({ standing }: AgentState): Promise<boolean> {
  standing.changes(Date.now(), true);
  return standing.tell();
}

/**
 * Mark the account deleted and wait until the relay has been told. Idempotent; `RelayUnavailable` (503) asks to come
 * again. No commit follows the event, since deleted accounts take no writes.
 */
export async function announceDeletion(state: AgentState): Promise<Outcome<null>> {
  // One that came from elsewhere and was never activated here: nobody has heard of it, and it is not ours to call deleted. It
  // is listed no more, that is all.
  const isHeardOf = state.head.n > 0;
  if (state.account.status !== "deleted") markDeleted(state, isHeardOf);
  const told = await atMost(isHeardOf ? sendAll(state) : note(state), DELETION_WAIT);
  if (told === true) return ok(null);
  return fail(503, "RelayUnavailable", `The relay has not acknowledged the deletion of ${state.account.did} yet`);
}

/** Whether the relay has every event. A send that was under way may have begun before the newest. */
async function sendAll({ outbox }: AgentState): Promise<boolean> {
  while (outbox.waiting > 0) if (!(await outbox.send())) return false;
  return true;
}

function markDeleted(state: AgentState, isHeardOf: boolean): void {
  const { storage, sql, outbox } = state;
  const now = Date.now();
  const time = new Date(now).toISOString();
  const account = { ...state.account, status: "deleted" as const };
  const head = isHeardOf ? { ...state.head, n: state.head.n + 1 } : state.head;
  const frame = encodeAccountFrame({ did: account.did, time, active: false, status: "deleted" });
  const events: OutboxEvent[] = isHeardOf ? [{ n: head.n, kind: "account", time, ...frame, active: false, status: "deleted" }] : [];
  try {
    storage.transactionSync(() => {
      updateAccount(sql, account);
      updateHead(sql, head);
      deleteAllSessions(sql);
      for (const event of events) outbox.insert(event, now);
    });
  } catch (error) {
    outbox.reload();
    state.scheduler.load();
    throw error;
  }
  state.account = account;
  state.head = head;
  if (isHeardOf) outbox.committed(events);
}
