import { carBytes, carBlockLength, cidKey, cidToString, decode, lexToJson, nextTid, signCommit, type CidBytes, type NodeBlock, type TreeDelta } from "@rookery/repo";
import { recipientsOf } from "@rookery/lexicon-agent-comms";
import { encodeCommitFrame, type CommitOp, type DeliveryHint } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import { MAX_COMMIT_CAR_BYTES } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { sha256 } from "../sha256.ts";
import { type Head, updateHead } from "../store/head.ts";
import { noteMemory } from "../store/memory-changed.ts";
import { applyDelta } from "../store/nodes.ts";
import type { OutboxEvent } from "../store/outbox.ts";
import { noteGrant } from "../store/granted.ts";
import { noteLink } from "../store/record-links.ts";
import { deleteRecord, insertRecord, keepRecord, readRecord, updateRecord } from "../store/records.ts";
import type { Change } from "./plan.ts";
import type { Meter } from "./rate.ts";

/** The CAR of a commit would pass the limit of the stream; nothing was changed. */
export class CommitTooLargeError extends Error {
  override readonly name = "CommitTooLargeError";
}

/** Bytes of a CAR's header with one root. */
const CAR_HEADER = 59;

/**
 * Make one commit of these changes (at least one, each path once), in one transaction and one turn: tree, records,
 * signature, head, event, and what else belongs to it. Returns the new head. If it throws, storage and memory are as before. Throws
 * {@link CommitTooLargeError}; KeyUnavailableError; anything else is a bug or a full disk.
 *
 * Measured in workerd at 3,000 records: see bench/README.md. SQL is most of it, hence one row per level of the tree.
 */
export function commitChanges(state: AgentState, changes: Change[], meter: Meter, now: number, within: () => void): Head {
  const { storage, tree, head, outbox, scheduler, ports } = state;
  const sign = state.signer();
  faultPoint(ports.fault, "write.before-transaction");
  const { next, event } = attempt();
  // From here on it is done: nothing below may undo it.
  state.head = next;
  faultPoint(ports.fault, "write.after-commit");
  outbox.committed([event]);
  return next;

  function attempt(): { next: Head; event: OutboxEvent } {
    try {
      return storage.transactionSync(() => {
        const written = write(state, changes, meter, now, sign);
        within();
        return written;
      });
    } catch (error) {
      tree.rollback({ cid: head.rootCid, id: head.rootId });
      outbox.reload();
      scheduler.load();
      throw error;
    }
  }
}

function write(state: AgentState, changes: Change[], meter: Meter, now: number, sign: (bytes: Uint8Array) => Uint8Array): { next: Head; event: OutboxEvent } {
  const { sql, tree, head, account, ports } = state;
  const rev = nextTid(head.rev, now * 1000, account.clockId);

  // 1. The tree, in memory.
  for (const { path, cid } of changes) {
    if (cid === null) tree.delete(path);
    else tree.put(path, cid);
  }
  let nextNode = head.nextNode;
  const delta = tree.flush(() => nextNode++);

  // 2. Nodes and records. What an open export still needs is kept aside.
  const deliveries = deliveriesOf(state, changes);
  state.reach.trust.wrote(deliveries, now);
  const keepFor = state.pins.newest;
  if (keepFor !== undefined) state.pins.kept();
  applyDelta(sql, delta, rev, keepFor);
  for (const change of changes) {
    noteGrant(sql, change);
    noteLink(sql, change);
    if (noteMemory(sql, change, rev)) state.memory.noticed(now);
    if (change.cid === null) state.takenDown.forget(change.path);
    writeRecord(sql, change, rev, keepFor);
  }
  state.blobs.apply(changes, rev, now);
  faultPoint(ports.fault, "write.in-transaction.after-records");

  // 3. The signed commit.
  faultPoint(ports.fault, "write.before-sign");
  const commit = signCommit({ did: account.did, data: delta.root.cid, rev }, sign, sha256);

  // 4. The head.
  const next: Head = {
    cid: commit.cid, commit: commit.bytes, rev, rootId: delta.root.id, rootCid: delta.root.cid, nextNode, n: head.n + 1,
    hourStart: meter.hourStart, hourPoints: meter.hourPoints, dayStart: meter.dayStart, dayPoints: meter.dayPoints,
  };
  updateHead(sql, next);
  faultPoint(ports.fault, "write.in-transaction.after-head");

  // 5. The event, encoded once, for the relay to sequence.
  const time = new Date(now).toISOString();
  const { frame, seqAt } = encodeCommitFrame({
    repo: account.did, commit: commit.cid, rev, since: head.rev, prevData: head.rootCid, time,
    blocks: blocksOf(state, changes, delta, commit), ops: changes.map(toCommitOp),
  });
  const event: OutboxEvent = { n: next.n, kind: "commit", time, frame, seqAt, rev, head: cidToString(commit.cid), data: cidToString(delta.root.cid) };
  if (deliveries.length > 0) event.deliveries = deliveries;
  state.outbox.insert(event, now);
  faultPoint(ports.fault, "write.in-transaction.after-outbox");
  return { next, event };
}

function writeRecord(sql: SqlStorage, { action, path, op, cid }: Change, rev: string, keepFor: string | undefined): void {
  if (keepFor !== undefined && action !== "create") keepRecord(sql, path, rev, keepFor);
  if (cid === null) return deleteRecord(sql, path);
  const row = { key: path, cid, rev, data: op.bytes as Uint8Array };
  if (action === "create") insertRecord(sql, row);
  else updateRecord(sql, row);
}

const toCommitOp = ({ action, path, cid, prev }: Change): CommitOp => (prev === null ? { action, path, cid } : { action, path, cid, prev });

/** CAR of the commit for the stream: commit, proof of every op with its neighbours, other new nodes, new records. */
function blocksOf({ tree }: AgentState, changes: Change[], delta: TreeDelta, commit: NodeBlock): Uint8Array {
  const blocks = new Map<string, NodeBlock>();
  let length = CAR_HEADER;
  const add = (cid: CidBytes, bytes: Uint8Array) => {
    const key = cidKey(cid);
    if (blocks.has(key)) return;
    blocks.set(key, { cid, bytes });
    length += carBlockLength(bytes.length);
  };
  add(commit.cid, commit.bytes);
  for (const { cid, bytes } of tree.coveringProof(changes.map(({ path }) => path))) add(cid, bytes);
  for (const { cid, bytes } of delta.written) add(cid, bytes);
  for (const { cid, op } of changes) if (cid !== null) add(cid, op.bytes as Uint8Array);
  if (length > MAX_COMMIT_CAR_BYTES) throw new CommitTooLargeError(`commit of ${length} bytes, at most ${MAX_COMMIT_CAR_BYTES}`);
  return carBytes(commit.cid, blocks.values());
}

/** Whom the changes are addressed to. A deleted record is read once more, for its recipients to hear of it. */
function deliveriesOf({ sql }: AgentState, changes: Change[]): DeliveryHint[] {
  const hints: DeliveryHint[] = [];
  for (const { action, path, cid, op } of changes) {
    if (action === "create" && op.deliverTo !== undefined && cid !== null) hints.push({ path, cid: cidToString(cid), action, to: op.deliverTo });
    if (action !== "delete" || op.immutable !== true) continue;
    const record = readRecord(sql, path);
    const to = record === undefined ? null : recipientsOf(op.collection, lexToJson(decode(record.data)));
    if (to !== null) hints.push({ path, action, to });
  }
  return hints;
}
