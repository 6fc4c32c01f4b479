import { type EnvelopeSealer, isSealedRecord, openRecord, SealError } from "@rookery/envelope";
import { collectionsOf, recipientsOf } from "@rookery/lexicon-agent-comms";
import { cidToString } from "@rookery/repo";
import type { PreparedOp } from "../agent-api.ts";
import { sealedBlobs } from "../sealing/blobs.ts";
import { ownRecord } from "../sealing/own-record.ts";
import type { AgentState } from "../state.ts";
import { newRecordKey, prepareOp } from "../write/prepare.ts";

/** A record that takes the place of another, and the writes that do it. */
export interface Resealed {
  before: string;
  after: { uri: string; cid: string };
  /** DID of the reader whose key was gone. */
  to: string;
  ops: PreparedOp[];
}

/**
 * Seal a record of the agent's own again, for a reader whose key was gone. The old one is deleted, unless others read it: then
 * the new one is for that reader alone. Undefined when it is no longer there, or was never for them. @throws SealError @throws OpenError
 */
export async function resealOps(state: AgentState, sealer: EnvelopeSealer, { uri, to }: { uri: string; to: string }): Promise<Resealed | undefined> {
  const found = ownRecord(state, uri);
  if (!found.ok) return undefined;
  const { collection, rkey, record: sealedBefore } = found.value;
  const readers = recipientsOf(collection, sealedBefore);
  if (readers === null || readers === "all" || !readers.includes(to) || !isSealedRecord(collection, sealedBefore)) return undefined;
  const { record: opened } = await openRecord(found.value, sealer.ring);
  const isAlone = readers.length === 1 || collection !== collectionsOf.message;
  const record = isAlone ? opened : { ...opened, to: [to] };
  const next = newRecordKey();
  const blobs = sealedBlobs(state, record);
  if (!blobs.ok) throw new SealError("a file of it is gone");
  const names = isAlone ? readers : [to];
  sealer.lookAgain(to);
  for (const did of names) await sealer.keyOf(did);
  const sealed = await sealer.seal({ collection, rkey: next, record, to: names, blobs: blobs.value });
  const op = prepareOp({ action: "create", collection, rkey: next, record: sealed.record, validate: true });
  if (!op.ok || op.value.op.cid === undefined) throw new SealError("not a record");
  const over: PreparedOp[] = isAlone ? [{ action: "delete", collection, rkey, immutable: true }] : [];
  return { before: uri, after: { uri: `at://${state.account.did}/${collection}/${next}`, cid: cidToString(op.value.op.cid) }, to, ops: [op.value.op, ...over] };
}
