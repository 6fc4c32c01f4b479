import { addressOf } from "@rookery/envelope";
import { ids, isImmutable, recipientsOf } from "@rookery/lexicon-agent-comms";
import { cidToString } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { MAX_COMMIT_OPS } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { type Granted, grantAt, grantsOf } from "../store/granted.ts";
import { prepareOp } from "../write/prepare.ts";
import { invalid, recordNotFound } from "./faults.ts";
import { grantOp, ungrantOps } from "./grants.ts";
import { type OwnRecord, ownSealedRecord } from "./own-record.ts";
import type { Revoked, RevokeInput } from "./sealing-api.ts";
import { withSealer } from "./with-sealer.ts";

/**
 * Take grants back, and when asked seal the record again, so that they open nothing that is written from now on: all in one
 * commit. A repeat finds nothing to take back and answers the same readers. Errors: see `SealingApi.revoke`.
 */
export async function revoke(state: AgentState, input: RevokeInput): Promise<Outcome<Revoked>> {
  const named = namedBy(state, input);
  if (!named.ok) return named;
  const { uri, isMeant } = named.value;
  const subject = ownSealedRecord(state, uri);
  const [, path = ""] = uri.split(`at://${state.account.did}/`);
  const granted = grantsOf(state.sql, path);
  // Of a record that is gone, grants may be left: there are copies of it that they open.
  const isGone = !subject.ok && subject.error.name === "RecordNotFound" && granted.some(({ live }) => live);
  if (!subject.ok && !isGone) return subject;
  const couldRead = readersOf(state, subject.ok ? subject.value : undefined, granted);
  const live = granted.filter((grant) => grant.live);
  const taken = live.filter(isMeant);
  if (input.reseal === true && subject.ok) return reseal(state, subject.value, { couldRead, taken, kept: live.filter((grant) => !isMeant(grant)) });
  if (taken.length > MAX_COMMIT_OPS) return invalid(`More than ${MAX_COMMIT_OPS} grants at a time; name their readers`);
  const written = taken.length === 0 ? ok(null) : await state.writer.write({ ops: ungrantOps(taken) });
  return written.ok ? ok({ couldRead }) : written;
}

interface Named {
  /** Of the record. */
  uri: string;
  /** Whether a grant of it is one to be taken back. */
  isMeant: (grant: Granted) => boolean;
}

/** What is meant: one grant, which may be gone already; or a reader's grants; or everybody's. */
function namedBy(state: AgentState, { grant, uri, to }: RevokeInput): Outcome<Named> {
  if (grant === undefined) return uri === undefined ? invalid("Either grant or uri is needed") : ok({ uri, isMeant: ({ did }) => to === undefined || did === to });
  if (uri !== undefined || to !== undefined) return invalid("Either grant, or uri and to");
  const rkey = rkeyOf(grant, state.account.did);
  const known = rkey === undefined ? undefined : grantAt(state.sql, rkey);
  if (known === undefined) return recordNotFound(grant);
  return ok({ uri: `at://${state.account.did}/${known.path}`, isMeant: (one) => one.rkey === known.rkey });
}

/** Record key of a grant of this agent's own. */
function rkeyOf(uri: string, did: string): string | undefined {
  try {
    const { repo, collection, rkey } = addressOf(uri);
    return repo === did && collection === ids.AgentCommsGrant ? rkey : undefined;
  } catch {
    return undefined;
  }
}

/** Everybody but the agent who was given a way to read it, ever. */
function readersOf({ account }: AgentState, subject: OwnRecord | undefined, granted: Granted[]): string[] {
  const to = subject === undefined ? null : recipientsOf(subject.collection, subject.record);
  const all = new Set([...(to === null || to === "all" ? [] : to), ...granted.map(({ did }) => did)]);
  all.delete(account.did);
  return [...all].toSorted();
}

/** The record under a new data key, new grants for who keeps reading, the old ones gone: one commit, or nothing. */
async function reseal(state: AgentState, old: OwnRecord, { couldRead, taken, kept }: { couldRead: string[]; taken: Granted[]; kept: Granted[] }): Promise<Outcome<Revoked>> {
  const { uri, cid, collection, rkey } = old;
  // Whoever it was sent to has it, and receipts, answers and threads name it by its CID.
  if (isImmutable(collection)) return fail(400, "CannotReseal", "What was sent is never changed, and its recipients have it: delete it, and send another without them");
  const readers = [...new Set(kept.map(({ did }) => did))];
  const count = 1 + taken.length + kept.length + readers.length;
  if (count > MAX_COMMIT_OPS) return fail(400, "CannotReseal", `${count} writes in one commit, at most ${MAX_COMMIT_OPS}: revoke some readers first`);
  return withSealer(state, async (sealer) => {
    const sealed = await sealer.reseal(old);
    const prepared = prepareOp({ action: "put", collection, rkey, record: sealed, validate: true, swapRecord: cid });
    if (!prepared.ok) return prepared;
    const { op } = prepared.value;
    const subject = { uri, cid: op.cid === undefined ? "" : cidToString(op.cid), record: sealed };
    const grants = [];
    for (const did of readers) grants.push(await grantOp(sealer, subject, did));
    const written = await state.writer.write({ ops: [op, ...grants, ...ungrantOps([...taken, ...kept])] });
    return written.ok ? ok({ couldRead, uri, cid: subject.cid }) : written;
  });
}
