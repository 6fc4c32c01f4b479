import { type FoundKeyRecord, isSuite } from "@rookery/envelope";
import { type AgentCommsKey, ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { cidToString, decode, lexToJson } from "@rookery/repo";
import { type RecordRow, listRecords } from "../store/records.ts";

/** A key record of the agent's own repository. */
export interface OwnKeyRecord extends FoundKeyRecord {
  value: AgentCommsKey;
}

/** The agent's key records of suites that we know, newest first; what is no key record is left out. */
export function ownKeyRecords(sql: SqlStorage, did: string, limit: number): OwnKeyRecord[] {
  return listRecords(sql, { collection: ids.AgentCommsKey, limit }).flatMap((row) => {
    const { uri, cid, value } = foundRecord(did, row);
    const verdict = validateRecord(ids.AgentCommsKey, value);
    // Validated just now (named boundary).
    const key = value as unknown as AgentCommsKey;
    return verdict.known && verdict.ok && isSuite(key.suite) ? [{ uri, cid, value: key }] : [];
  });
}

/** A stored record as one that is found and proven: it is in the repository that this object signs. */
export function foundRecord(did: string, { key, cid, data }: RecordRow): { uri: string; cid: string; value: Record<string, unknown> } {
  // A stored record is a map (named boundary: it was validated when it was written).
  return { uri: `at://${did}/${key}`, cid: cidToString(cid), value: lexToJson(decode(data)) as Record<string, unknown> };
}
