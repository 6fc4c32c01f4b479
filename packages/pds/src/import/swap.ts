import { type CidBytes, signCommit } from "@rookery/repo";
import { faultPoint } from "../fault.ts";
import { sha256 } from "../sha256.ts";
import { syncEvent } from "../standing/announce.ts";
import type { AgentState } from "../state.ts";
import { adoptBlobRefs } from "../store/blobs.ts";
import { type Head, updateHead } from "../store/head.ts";
import { touchMemories } from "../store/memory-changed.ts";
import type { OutboxEvent } from "../store/outbox.ts";
import { ownProfile } from "../store/own-profile.ts";
import type { Grown } from "./grow.ts";
import { swapTables } from "./staging.ts";

/**
 * What was staged becomes the repository, in one transaction, with a commit of our own over the same tree. Of an account that takes
 * part the stream hears by `#sync`, since no commit leads from what was to what is; of one that does not, by its activation.
 * Exports under way end: what they read is gone. Throws KeyUnavailableError; nothing is changed then.
 */
export function swapIn(state: AgentState, rev: string, data: CidBytes, { rootId, nextNode }: Grown): Head {
  const { storage, sql, head, account, outbox, scheduler } = state;
  const sign = state.signer();
  const now = Date.now();
  const commit = signCommit({ did: account.did, data, rev }, sign, sha256);
  const moved = { ...head, cid: commit.cid, commit: commit.bytes, rev, rootId, rootCid: data, nextNode };
  const event: OutboxEvent | undefined =
    account.status === null ? { ...syncEvent(account, moved, new Date(now).toISOString()), n: head.n + 1 } : undefined;
  const next: Head = event === undefined ? moved : { ...moved, n: event.n };
  state.pins.abandon();
  try {
    storage.transactionSync(() => {
      // Memories that were, and those that are: the index looks at each again.
      touchMemories(sql);
      swapTables(sql);
      touchMemories(sql);
      sql.exec("DELETE FROM node_old");
      sql.exec("DELETE FROM record_old");
      // Grants that are not there any more were still given; those that were taken back may be there again.
      sql.exec("UPDATE granted SET live = EXISTS (SELECT 1 FROM record_key WHERE key = 'agent.comms.grant/' || granted.rkey)");
      state.takenDown.forgetMissing();
      adoptBlobRefs(sql, rev, now);
      updateHead(sql, next);
      if (event !== undefined) {
        event.profile = ownProfile(sql);
        outbox.insert(event, now);
      } else {
        state.standing.changes(now, true);
      }
      scheduler.ensure("blobs", now);
      scheduler.ensure("imports", now);
      // Whether its keys are still published.
      state.keys.noticed();
      faultPoint(state.ports.fault, "import.in-transaction");
    });
  } catch (error) {
    outbox.reload();
    scheduler.load();
    throw error;
  }
  state.head = next;
  state.tree.rollback({ cid: data, id: rootId });
  state.blobs.reload();
  state.memory.noticed(now);
  if (event !== undefined) outbox.committed([event]);
  return next;
}
