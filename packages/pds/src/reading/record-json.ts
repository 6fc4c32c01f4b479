import { JsonBytes } from "@rookery/repo";
import type { AgentState } from "../state.ts";
import type { ListRecordsInput } from "../agent-api.ts";
import { readRecord } from "../store/records.ts";
import { type PagedRecord, readPage } from "../store/record-page.ts";

/** An answer that is JSON already, UTF-8, with the rev of the repository it was read from. */
export interface JsonAnswer {
  json: Uint8Array;
  rev: string;
}

/** Bytes of a record's JSON beside its value: uri, CID and names. */
const AROUND = 220;
/** What a record of a page usually takes. */
const USUAL = 700;
/** A page of large records ends here, before `limit`; an RPC answer holds 32 MB. */
const MAX_PAGE_BYTES = 8_000_000;

/** `{uri, cid, value}` of com.atproto.repo.getRecord. Collection, rkey and CID are of alphabets that need no escaping. */
function write(json: JsonBytes, did: string, { key, source, cid, start, end }: PagedRecord): void {
  json.ascii(`{"uri":"at://${did}/${key}","cid":"`);
  json.cid(source, cid);
  json.ascii('","value":');
  json.cbor(source, start, end);
  json.ascii("}");
}

/** The record at a path with its CID, or undefined when there is none or it was taken down. */
export function recordJson({ sql, account, head, takenDown }: AgentState, key: string): (JsonAnswer & { cid: Uint8Array }) | undefined {
  const row = takenDown.has(key) ? undefined : readRecord(sql, key);
  if (row === undefined) return undefined;
  const json = new JsonBytes(row.data.length * 2 + AROUND);
  json.ascii(`{"uri":"at://${account.did}/${key}","cid":"`);
  json.cid(row.cid, 0);
  json.ascii('","value":');
  json.cbor(row.data, 0, row.data.length);
  json.ascii("}");
  return { json: json.finish(), rev: head.rev, cid: row.cid };
}

/** The answer of com.atproto.repo.listRecords: a page without what was taken down; the cursor is the last rkey. */
export function recordsJson({ sql, account, head, takenDown }: AgentState, input: ListRecordsInput): JsonAnswer {
  const json = new JsonBytes(input.limit * USUAL);
  json.ascii('{"records":[');
  let last: string | undefined;
  for (const record of readPage(sql, input, takenDown.any)) {
    if (last !== undefined) {
      if (json.length + record.end - record.start > MAX_PAGE_BYTES) break;
      json.ascii(",");
    }
    write(json, account.did, record);
    last = record.key;
  }
  json.ascii(last === undefined ? "]}" : `],"cursor":"${last.slice(last.indexOf("/") + 1)}"}`);
  return { json: json.finish(), rev: head.rev };
}
