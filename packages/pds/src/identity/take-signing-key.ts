import { carBytes, cidToString, nextTid, signCommit } from "@rookery/repo";
import { encodeCommitFrame } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import { openSigner } from "../keys/signer.ts";
import { sha256 } from "../sha256.ts";
import { type NewEvent, announceAt, identityEvent, syncEvent } from "../standing/announce.ts";
import type { AgentState } from "../state.ts";
import { updateSigningKey } from "../store/account.ts";
import type { Head } from "../store/head.ts";
import { readNodeRow } from "../store/nodes.ts";

/**
 * From now on this key signs the account's commits. In one transaction: the key, a new commit of the same tree signed by it
 * (specs/repository, "a new commit after key rotation"), and what the world hears: `#identity`, so that whoever remembers the
 * document looks again, then the commit, without operations, so that the chain has no gap, and `#sync` with it, as the
 * reference's own tool sends it (scripts/rotate-keys). Of an inactive account no commit is told: its activation does that.
 *
 * @param within what else belongs to it. @throws KeyUnavailableError when the key does not open; nothing is changed then.
 */
export function takeSigningKey(state: AgentState, wrapped: Uint8Array, within: () => void): void {
  const { sql, ports } = state;
  const account = { ...state.account, signingKey: wrapped };
  const { did } = account;
  const before = state.head;
  const sign = openSigner(ports.masterKey, did, wrapped);
  const root = readNodeRow(sql, before.rootId);
  if (root === undefined) throw new Error(`the repository of ${did} has no root node`);
  const now = Date.now();
  const time = new Date(now).toISOString();
  const rev = nextTid(before.rev, now * 1000, account.clockId);
  const commit = signCommit({ did, data: before.rootCid, rev }, sign, sha256);
  const moved = { ...before, cid: commit.cid, commit: commit.bytes, rev };
  const events = account.status === null ? [identityEvent(account, time), commitEvent(did, before, moved, root.bytes, time), syncEvent(account, moved, time)] : [identityEvent(account, time)];
  announceAt(state, { account, head: moved }, events, () => {
    updateSigningKey(sql, wrapped);
    within();
    faultPoint(ports.fault, "identity.in-transaction");
  });
}

/** A commit that changes nothing but its signature: undone, it leads to the same tree. */
function commitEvent(did: string, before: Head, after: Head, root: Uint8Array, time: string): NewEvent {
  const blocks = carBytes(after.cid, [{ cid: after.cid, bytes: after.commit }, { cid: after.rootCid, bytes: root }]);
  const frame = encodeCommitFrame({ repo: did, commit: after.cid, rev: after.rev, since: before.rev, prevData: before.rootCid, ops: [], time, blocks });
  return { kind: "commit", time, ...frame, rev: after.rev, head: cidToString(after.cid), data: cidToString(after.rootCid) };
}
