import { carBytes, cidToString } from "@rookery/repo";
import { encodeAccountFrame, encodeIdentityFrame, encodeSyncFrame } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import type { AgentState } from "../state.ts";
import type { Account } from "../store/account.ts";
import { type Head, updateHead } from "../store/head.ts";
import type { OutboxEvent } from "../store/outbox.ts";

/** An event that has no number yet. */
export type NewEvent = Omit<OutboxEvent, "n">;

/** `#account`: whether the account takes part, and why not. */
export function accountEvent({ did, status }: Pick<Account, "did" | "status">, time: string): NewEvent {
  const state = status === null ? { active: true } : { active: false, status };
  return { kind: "account", time, ...encodeAccountFrame({ did, time, ...state }), ...state };
}

/** `#identity`: what is known of the DID may have changed. */
export function identityEvent({ did, handle }: Pick<Account, "did" | "handle">, time: string): NewEvent {
  return { kind: "identity", time, ...encodeIdentityFrame({ did, time, handle }) };
}

/** `#sync`: the repository is at this commit, whatever was known of it before. */
export function syncEvent({ did }: Pick<Account, "did">, head: Pick<Head, "cid" | "commit" | "rev" | "rootCid">, time: string): NewEvent {
  const blocks = carBytes(head.cid, [{ cid: head.cid, bytes: head.commit }]);
  const place = { rev: head.rev, head: cidToString(head.cid), data: cidToString(head.rootCid) };
  return { kind: "sync", time, ...encodeSyncFrame({ did, rev: head.rev, time, blocks }), ...place };
}

/**
 * Change an account and tell the world of it, in one transaction: `write` writes what changed, the events get their numbers and
 * go into the outbox, in order. Memory follows when it is done. What `write` throws undoes everything.
 *
 * @param account the account as it is after `write`.
 */
export function announce(state: AgentState, account: Account, events: NewEvent[], write: () => void): void {
  announceAt(state, { account, head: state.head }, events, () => {
    write();
    faultPoint(state.ports.fault, "standing.in-transaction");
  });
}

/** The same where the repository's head changes with it. @param after both as they are after `write`; what was numbered is counted here. */
export function announceAt(state: AgentState, after: Pick<AgentState, "account" | "head">, events: NewEvent[], write: () => void): void {
  const { storage, sql, outbox, scheduler } = state;
  const now = Date.now();
  const head = { ...after.head, n: state.head.n + events.length };
  const numbered = events.map((event, i) => ({ ...event, n: state.head.n + i + 1 }));
  try {
    storage.transactionSync(() => {
      updateHead(sql, head);
      for (const event of numbered) outbox.insert(event, now);
      write();
    });
  } catch (error) {
    outbox.reload();
    scheduler.load();
    throw error;
  }
  state.account = after.account;
  state.head = head;
  outbox.committed(numbered);
}
