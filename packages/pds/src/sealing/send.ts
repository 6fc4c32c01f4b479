import { encodeData, isSealedRecord, openRecord, OpenError, sealedCollections } from "@rookery/envelope";
import { collectionsOf, isComms } from "@rookery/lexicon-agent-comms";
import { cidToString } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { PreparedOp } from "../agent-api.ts";
import { MAX_COMMIT_OPS } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { SENT_BEFORE } from "../tasks/outgoing.ts";
import { prepareOp } from "../write/prepare.ts";
import { sealedBlobs } from "./blobs.ts";
import { cannotSeal, invalid } from "./faults.ts";
import { grantOp, usableGrant } from "./grants.ts";
import { inTurn } from "./in-turn.ts";
import { type OwnRecord, ownRecord, ownSealedRecord, stillThere } from "./own-record.ts";
import type { RecordAt, SendInput } from "./sealing-api.ts";
import { withSealer } from "./with-sealer.ts";

/**
 * Write a record that is addressed to somebody, sealed for them unless `privacy` is `public`, and what they are granted with
 * it, in one commit. What cannot be sealed is not written. Errors: see `SealingApi.send`.
 */
export async function send(state: AgentState, input: SendInput): Promise<Outcome<RecordAt>> {
  const { outgoing } = state.tasks;
  const sent = await sendOnce(state, input);
  if (sent.ok || sent.error.name !== SENT_BEFORE) return sent;
  // Another call with its idempotencyKey was faster, and is what is answered.
  const checked = outgoing.check(input);
  return checked.ok && checked.value.kind === "earlier" ? ok(checked.value.of) : sent;
}

async function sendOnce(state: AgentState, asked: SendInput): Promise<Outcome<RecordAt>> {
  const input = state.tasks.outgoing.complete(asked);
  const { collection, record, privacy = "sealed", grants = [] } = input;
  const plain = prepareOp({ action: "create", collection, rkey: input.rkey, record, validate: true });
  if (!plain.ok) return plain;
  const { op } = plain.value;
  const { deliverTo } = op;
  if (!isComms(collection) || deliverTo === undefined) return invalid(`Records of ${collection} are not sent: nobody is named in them`);
  // At a key that was made just now there is nothing yet.
  const before = input.rkey === undefined ? undefined : await already(state, op, record, privacy);
  if (before !== undefined) return before;
  const checked = state.tasks.outgoing.check(input);
  if (!checked.ok) return checked;
  if (checked.value.kind === "earlier") return ok(checked.value.of);
  if (privacy === "public" && grants.length === 0) return write(state, [op], input);
  if (privacy === "sealed" && (deliverTo === "all" || !sealedCollections.includes(collection)))
    return cannotSeal(deliverTo === "all" ? "What is for everybody cannot be sealed; say privacy: public" : `Records of ${collection} have no sealed form; say privacy: public`);
  const work = (): Promise<Outcome<RecordAt>> => sealAndWrite(state, input, op, deliverTo);
  // What is granted with it is a change of who may read.
  return grants.length === 0 ? work() : inTurn(state, work);
}

/** Seal it for whom it is addressed to, unless it is public, and write it with the grants that go with it. */
async function sealAndWrite(state: AgentState, input: SendInput, op: PreparedOp, deliverTo: string[] | "all"): Promise<Outcome<RecordAt>> {
  const { collection, record, privacy = "sealed", grants = [] } = input;
  const { rkey } = op;
  return withSealer(state, async (sealer) => {
    const to = deliverTo === "all" ? [] : deliverTo;
    const readers = readersOf(collection, record, to);
    const uris = new Set(grants);
    if (uris.size * readers.length >= MAX_COMMIT_OPS) return invalid(`${uris.size} records for ${readers.length} readers: more than the ${MAX_COMMIT_OPS - 1} grants that go with one record`);
    // Looked up side by side; after this each is known.
    await Promise.all(to.map((did) => sealer.keyOf(did)));
    const granted: PreparedOp[] = [];
    const subjects: OwnRecord[] = [];
    for (const uri of uris) {
      const subject = ownSealedRecord(state, uri);
      if (!subject.ok) return subject;
      subjects.push(subject.value);
      for (const reader of readers) {
        if ((await usableGrant(state, sealer, subject.value, reader)) === undefined) granted.push(await grantOp(sealer, subject.value, reader));
      }
    }
    if (privacy === "public") return write(state, [op, ...granted], input, subjects);
    const blobs = sealedBlobs(state, record);
    if (!blobs.ok) return blobs;
    const draft = await sealer.seal({ collection, rkey, record, to, blobs: blobs.value });
    const sealed = prepareOp({ action: "create", collection, rkey, record: draft.record, validate: true });
    // That it was sealed is looked at once more, since after this it is everybody's.
    if (!isSealedRecord(collection, draft.record)) return cannotSeal("It was not sealed");
    return sealed.ok ? write(state, [sealed.value.op, ...granted], input, subjects) : sealed;
  });
}

/** Who is granted what goes with a record: whom it is addressed to; of a handoff who is to take over, not who only hears of it. */
function readersOf(collection: string, record: Record<string, unknown>, to: string[]): string[] {
  return collection === collectionsOf.handoff && typeof record["to"] === "string" ? [record["to"]] : to;
}

/** @param subjects what is granted with it: it has to be still as it was granted. */
async function write(state: AgentState, ops: [PreparedOp, ...PreparedOp[]], input: SendInput, subjects: OwnRecord[] = []): Promise<Outcome<RecordAt>> {
  const [op] = ops;
  const ref = { uri: uriOf(state, op), cid: op.cid === undefined ? "" : cidToString(op.cid) };
  const [unchanged, noted] = [stillThere(state, subjects), state.tasks.outgoing.within(input, ref)];
  const written = await state.writer.write({ ops }, () => {
    unchanged();
    noted();
  });
  // Another call with this key may have been faster.
  if (!written.ok) return (await already(state, op, input.record, input.privacy ?? "sealed")) ?? written;
  return ok(ref);
}

/** The answer when something is at that key: the first one's, when it is the same; undefined when nothing is. */
async function already(state: AgentState, op: PreparedOp, record: Record<string, unknown>, privacy: "sealed" | "public"): Promise<Outcome<RecordAt> | undefined> {
  const { collection, rkey } = op;
  const row = readRecord(state.sql, `${collection}/${rkey}`);
  const uri = uriOf(state, op);
  const there = row && ownRecord(state, uri);
  if (row === undefined || !there?.ok) return undefined;
  const conflict = fail(400, "RecordConflict", `Another record is at ${uri}`);
  const ring = await state.sealing.ring();
  try {
    const opened = await openRecord(there.value, ring);
    const same = opened.sealed === (privacy === "sealed") && sameData(opened.record, { ...record, $type: collection });
    return same ? ok({ uri, cid: cidToString(row.cid) }) : conflict;
  } catch (error) {
    if (error instanceof OpenError) return conflict;
    throw error;
  }
}

const sameData = (a: unknown, b: unknown): boolean => Buffer.compare(encodeData(a), encodeData(b)) === 0;

const uriOf = ({ account }: AgentState, { collection, rkey }: PreparedOp): string => `at://${account.did}/${collection}/${rkey}`;
