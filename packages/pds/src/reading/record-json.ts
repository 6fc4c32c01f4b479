import { JsonBytes } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";
import { PART_BYTES, PIN_IDLE, STREAM_BYTES } from "../limits.ts";
import { BUSY } from "../room/in-room.ts";
import { readRoom } from "../room/read-room.ts";
import type { AgentState } from "../state.ts";
import type { ListRecordsInput } from "../agent-api.ts";
import { readRecord } from "../store/records.ts";
import { type PagedRecord, readPage } from "../store/record-page.ts";
import { partStream } from "./part-stream.ts";

/** An answer that is JSON already, UTF-8, with the rev of the repository it was read from. */
export interface JsonAnswer {
  json: Uint8Array;
  rev: string;
}

/** Bytes of a record's JSON beside its value: uri, CID and names. */
const AROUND = 220;
/** What a record of a page usually takes. */
const USUAL = 700;
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

/** A page of com.atproto.repo.listRecords: bytes, or a stream where they are many (a hundred records may have 100 MB). */
export interface PageAnswer {
  json: Uint8Array | ReadableStream<Uint8Array>;
  /** Of the repository when the page began. */
  rev: string;
}

/** A page without what was taken down; the cursor is the last rkey. Errors: `NotEnoughResources` (503). */
export function recordsJson(state: AgentState, input: ListRecordsInput): Outcome<PageAnswer> {
  const { rev } = state.head;
  const page = new PageParts(state, input);
  const first = page.next() as Uint8Array;
  if (page.done) return ok({ json: first, rev });
  const lease = readRoom.take(STREAM_BYTES, PIN_IDLE);
  if (lease === undefined) return { ok: false, error: BUSY };
  let waiting: Uint8Array | undefined = first;
  const next = () => {
    lease.renew(PIN_IDLE);
    const part = waiting ?? page.next();
    waiting = undefined;
    return part;
  };
  return ok({ json: partStream(next, () => lease.leave()), rev });
}

/** A page as it is written, part by part; what is written to the repository between two parts is seen from there on. */
class PageParts {
  readonly #state: AgentState;
  readonly #input: ListRecordsInput;
  #left: number;
  #last: string | undefined;
  done = false;

  constructor(state: AgentState, input: ListRecordsInput) {
    this.#state = state;
    this.#input = input;
    this.#left = input.limit;
  }

  /** The next part, or undefined when the page is whole. */
  next(): Uint8Array | undefined {
    if (this.done) return undefined;
    const { sql, account, takenDown } = this.#state;
    const json = new JsonBytes(Math.min(this.#left * USUAL, PART_BYTES));
    if (this.#last === undefined) json.ascii('{"records":[');
    const from = json.length;
    const rest = { ...this.#input, limit: this.#left, ...(this.#last === undefined ? {} : { cursor: rkeyOf(this.#last) }) };
    for (const record of readPage(sql, rest, takenDown.any)) {
      if (json.length > from && json.length + record.end - record.start > PART_BYTES) return json.finish();
      if (this.#last !== undefined) json.ascii(",");
      write(json, account.did, record);
      this.#last = record.key;
      this.#left--;
    }
    this.done = true;
    json.ascii(this.#last === undefined ? "]}" : `],"cursor":"${rkeyOf(this.#last)}"}`);
    return json.finish();
  }
}

const rkeyOf = (key: string): string => key.slice(key.indexOf("/") + 1);
