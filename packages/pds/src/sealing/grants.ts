import { type EnvelopeSealer, SealError, toBase64 } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { decode, lexToJson } from "@rookery/repo";
import type { PreparedOp } from "../agent-api.ts";
import type { AgentState } from "../state.ts";
import { type Granted, grantsOf } from "../store/granted.ts";
import { readRecord } from "../store/records.ts";
import { newRecordKey, prepareOp } from "../write/prepare.ts";
import type { OwnRecord } from "./own-record.ts";

const COLLECTION = ids.AgentCommsGrant;

/** Grants of a record that are still there, for one reader or for all. */
export const liveGrants = (state: AgentState, record: Pick<OwnRecord, "collection" | "rkey">, did?: string): Granted[] =>
  liveGrantsOf(state, [record]).filter((grant) => did === undefined || grant.did === did);

/** Grants of several records that are still there. */
export const liveGrantsOf = ({ sql }: AgentState, records: readonly Pick<OwnRecord, "collection" | "rkey">[]): Granted[] =>
  grantsOf(sql, ...records.map(({ collection, rkey }) => `${collection}/${rkey}`)).filter(({ live }) => live);

/** The grant by which `did` reads the record as it is now, with the key it has now; undefined when a new one is needed. */
export async function usableGrant(state: AgentState, sealer: EnvelopeSealer, subject: OwnRecord, did: string): Promise<{ rkey: string; cid: Uint8Array } | undefined> {
  const { keyId } = await sealer.keyOf(did);
  for (const { rkey } of liveGrants(state, subject, did)) {
    const row = readRecord(state.sql, `${COLLECTION}/${rkey}`);
    const grant: unknown = row && lexToJson(decode(row.data));
    if (row !== undefined && isFor(grant, subject.cid, toBase64(keyId))) return { rkey, cid: row.cid };
  }
  return undefined;
}

/** Whether a grant names this CID, and wraps for this key. */
function isFor(grant: unknown, cid: string, keyId: string): boolean {
  const { subject, key } = Object(grant) as { subject?: { cid?: unknown }; key?: { keyId?: { $bytes?: unknown } } };
  return subject?.cid === cid && key?.keyId?.$bytes === keyId;
}

/** The write of a grant for one more reader. @throws SealError */
export async function grantOp(sealer: EnvelopeSealer, { uri, cid, record }: Pick<OwnRecord, "uri" | "cid" | "record">, to: string): Promise<PreparedOp> {
  await sealer.keyOf(to);
  const draft = await sealer.share({ uri, cid, record, to, rkey: newRecordKey() });
  const prepared = prepareOp({ action: "create", collection: COLLECTION, rkey: draft.rkey, record: draft.record, validate: true });
  if (!prepared.ok) throw new SealError(prepared.error.message);
  return prepared.value.op;
}

/** The writes that take grants back. */
export const ungrantOps = (grants: Pick<Granted, "rkey">[]): PreparedOp[] => grants.map(({ rkey }) => ({ action: "delete", collection: COLLECTION, rkey, immutable: true }));
