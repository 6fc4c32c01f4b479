import { type Address, addressOf, isSealedRecord } from "@rookery/envelope";
import { ids, isDid } from "@rookery/lexicon-agent-comms";
import { cidToString, decode, lexToJson } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";
import type { AgentState } from "../state.ts";
import { readRecord } from "../store/records.ts";
import { type Within, WriteRefused } from "../write/writer.ts";
import { changedMeanwhile, invalid, NOT_SEALED, recordNotFound } from "./faults.ts";

/** A record of the agent's own repository, as it is there. */
export interface OwnRecord {
  uri: string;
  cid: string;
  repo: string;
  collection: string;
  rkey: string;
  /** In JSON form. */
  record: Record<string, unknown>;
}

/** Parts of a record's at-uri. Error: `InvalidRequest` (400) for one by handle, too: handles change hands. */
export function addressByDid(uri: string): Outcome<Address> {
  try {
    const address = addressOf(uri);
    if (isDid(address.repo)) return ok(address);
  } catch {
    // Said below.
  }
  return invalid(`Not the at-uri of a record, by DID: ${uri.slice(0, 600)}`);
}

/** The agent's record at an at-uri by its DID. Errors: `InvalidRequest`, `RecordNotFound` (400). */
export function ownRecord({ sql, account }: Pick<AgentState, "sql" | "account">, uri: string): Outcome<OwnRecord> {
  const parsed = addressByDid(uri);
  if (!parsed.ok) return parsed;
  const address = parsed.value;
  const row = address.repo === account.did ? readRecord(sql, `${address.collection}/${address.rkey}`) : undefined;
  if (row === undefined) return recordNotFound(uri);
  // A stored record is a map (named boundary: it was checked when it was written).
  return ok({ ...address, uri, cid: cidToString(row.cid), record: lexToJson(decode(row.data)) as Record<string, unknown> });
}

/** A record of the agent's own that is sealed and not disclosed. Errors: as `ownRecord`; `NotSealed` (400). */
export function ownSealedRecord(state: Pick<AgentState, "sql" | "account">, uri: string): Outcome<OwnRecord> {
  const found = ownRecord(state, uri);
  if (!found.ok) return found;
  const { collection, record, cid } = found.value;
  return isSealedRecord(collection, record) && !isDisclosed(state, cid) ? found : NOT_SEALED;
}

/** For a write that is of records as they are: that they still are, in its transaction. Refuses with `InvalidSwap` (400). */
export function stillThere({ sql }: Pick<AgentState, "sql">, records: readonly Pick<OwnRecord, "uri" | "cid" | "collection" | "rkey">[]): Within {
  return () => {
    for (const { uri, cid, collection, rkey } of records) {
      const row = readRecord(sql, `${collection}/${rkey}`);
      if (row === undefined || cidToString(row.cid) !== cid) throw new WriteRefused(changedMeanwhile(uri).error);
    }
  };
}

/** Whether the data key of the record with this CID is published. */
const isDisclosed = ({ sql }: Pick<AgentState, "sql">, cid: string): boolean => readRecord(sql, `${ids.AgentCommsDisclosure}/${cid}`) !== undefined;
