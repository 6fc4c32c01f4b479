import { blobsOfSealed, discloseRecord, isSealedRecord, type KeyRing, openRecord } from "@rookery/envelope";
import { ids, isImmutable } from "@rookery/lexicon-agent-comms";
import { cidToString } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { MAX_COMMIT_OPS } from "../limits.ts";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { prepareOp } from "../write/prepare.ts";
import { liveGrants, ungrantOps } from "./grants.ts";
import { type OwnRecord, ownRecord, stillThere } from "./own-record.ts";
import type { RecordAt } from "./sealing-api.ts";
import { withSealer } from "./with-sealer.ts";

/**
 * Let everybody read a sealed record. What is changed in place becomes plain under its key. What was sent keeps its CID, by
 * which others name it, and one with encrypted files keeps them: there the data key is published beside it. Errors: see
 * `SealingApi.makePublic`.
 */
export async function makePublic(state: AgentState, { uri }: { uri: string }): Promise<Outcome<RecordAt>> {
  const found = ownRecord(state, uri);
  if (!found.ok) return found;
  const { collection, cid, record } = found.value;
  if (!isSealedRecord(collection, record)) return ok({ uri, cid });
  return withSealer(state, async ({ ring }) => {
    const inPlace = !isImmutable(collection) && (await blobsOfSealed(found.value)).length === 0;
    return inPlace ? writePlain(state, found.value, ring) : disclose(state, found.value, ring);
  });
}

async function writePlain(state: AgentState, subject: OwnRecord, ring: KeyRing): Promise<Outcome<RecordAt>> {
  const { uri, cid, collection, rkey } = subject;
  const { record } = await openRecord(subject, ring);
  const prepared = prepareOp({ action: "put", collection, rkey, record, validate: true, swapRecord: cid });
  if (!prepared.ok) return prepared;
  // What they opened is no longer there. The rest, if there are ever so many, opens nothing either.
  const over = ungrantOps(liveGrants(state, subject)).slice(0, MAX_COMMIT_OPS - 1);
  const written = await state.writer.write({ ops: [prepared.value.op, ...over] });
  return written.ok ? ok({ uri, cid: written.value.results[0]?.cid ?? "" }) : written;
}

async function disclose(state: AgentState, subject: OwnRecord, ring: KeyRing): Promise<Outcome<RecordAt>> {
  const { cid } = subject;
  const there = disclosureOf(state, cid);
  if (there !== undefined) return ok(there);
  const record = await discloseRecord(subject, ring, { cid, createdAt: new Date().toISOString() });
  const prepared = prepareOp({ action: "create", collection: ids.AgentCommsDisclosure, rkey: cid, record, validate: true });
  if (!prepared.ok) return prepared;
  const written = await state.writer.write({ ops: [prepared.value.op] }, stillThere(state, [subject]));
  const at = disclosureOf(state, cid);
  // Another call may have been faster.
  if (at !== undefined) return ok(at);
  return written.ok ? fail(500, "InternalServerError", "The disclosure is not there") : written;
}

/** The disclosure of the record with this CID, when there is one. */
function disclosureOf({ sql, account }: AgentState, cid: string): RecordAt | undefined {
  const path = `${ids.AgentCommsDisclosure}/${cid}`;
  const row = readRecord(sql, path);
  return row && { uri: `at://${account.did}/${path}`, cid: cidToString(row.cid) };
}
