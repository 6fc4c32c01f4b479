import type { AccountState } from "./chain-store.ts";
import type { MendEvent, Reason } from "./events.ts";
import type { Follower } from "./follower.ts";

/**
 * Bring an account up to date from its own host, or note that this is still to be done.
 * @param state what is known of it; @param after the same with the event's place.
 * @param atLeast rev of a genuine event: an older answer of the host is a stale one.
 */
export async function* mend(
  { chains, resync }: Follower, did: string, state: AccountState | undefined, after: AccountState, reason: Reason, atLeast?: string,
): AsyncGenerator<MendEvent, void, void> {
  const found = await resync.run(did, state, reason, atLeast);
  const { seq } = after;
  if (found.kind === "failed") {
    if (state?.desynchronized === undefined) yield { kind: "desynchronized", seq, did, reason, error: found.error, retryAt: new Date(found.retryAt) };
    await chains.set(did, { ...after, desynchronized: `${reason.code}: ${reason.message}` });
    return;
  }
  // A host that gives its repository says that the account is on: that it came on may have been missed.
  const { desynchronized: _, gone: _gone, inactive, ...mended } = after;
  if (found.kind === "gone" && inactive !== undefined) {
    await chains.set(did, { ...mended, inactive });
    return;
  }
  if (found.kind === "gone") {
    if (state?.gone !== true) yield { kind: "gone", seq, did, reason, status: found.status };
    await chains.set(did, { ...mended, gone: true });
    return;
  }
  if (found.kind === "unchanged") {
    await chains.set(did, mended);
    return;
  }
  const { rev, commit, data, records } = found.repo;
  yield { kind: "resync", seq, did, rev, commit, reason, records };
  await chains.set(did, { ...mended, rev, commit, data });
}

/** Accounts whose turn has come to be tried again. */
export async function* mendDue(follower: Follower): AsyncGenerator<MendEvent, void, void> {
  const { resync, chains, cursor = 0 } = follower;
  for (let due = resync.due(); due !== undefined; due = resync.due()) {
    const state = await chains.get(due.did);
    yield* mend(follower, due.did, state, state ?? { seq: cursor }, due.reason);
  }
}
