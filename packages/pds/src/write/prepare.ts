import { CborError, DataModelError, cidOf, encode, isValidNsid, isValidRecordKey, jsonToLexMap, nextTid, type LexMap } from "@rookery/repo";
import { checkRecordKey, isComms, isImmutable, recipientsOf, validateRecord } from "@rookery/lexicon-agent-comms";
import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import type { PreparedOp } from "../agent-api.ts";
import { MAX_RECORD_BYTES } from "../limits.ts";
import { sha256 } from "../sha256.ts";
import { blobsOf } from "./blobs-of.ts";
import { hasOffensiveWord } from "./offensive-word.ts";

/** One write as it came in, its envelope checked by the method's lexicon. */
export interface WriteInput {
  action: "create" | "update" | "put" | "delete";
  collection: string;
  /** Generated (a TID) for a create without one. */
  rkey?: string | undefined;
  /** JSON in the atproto data model. */
  record?: unknown;
  /** Where the record stands in a batch; reasons name places from there. */
  path?: (string | number)[];
  /** True: the lexicon must be known. False: not validated. Absent: validated when the lexicon is known. */
  validate?: boolean | undefined;
  swapRecord?: string | null | undefined;
}

/** A change that is ready to be written, and what validation said of its record. */
export interface Prepared {
  op: PreparedOp;
  /** Absent when validation was not wanted, or for a delete. */
  validationStatus?: "valid" | "unknown";
}

/** Last record key generated in this isolate: keys made in one millisecond stay apart and in order. */
let lastTid: string | undefined;
let clockId: number | undefined;

/**
 * Everything about a write that needs no state: syntax, data model, lexicon, encoding, limits. Runs in the Worker, so
 * that the agent's turn holds only what must be serial. Errors: `InvalidRequest` (400), in the reference's words.
 */
export function prepareOp(input: WriteInput): Outcome<Prepared> {
  const { action, collection } = input;
  if (!isValidNsid(collection)) return invalid(`Invalid collection: ${collection.slice(0, 317)}`);
  const rkey = input.rkey ?? (action === "create" ? newRecordKey() : undefined);
  if (rkey === undefined) return invalid(`A record key is needed to ${action} a record`);
  // A lexicon's rule for keys binds what is validated; deleting needs the syntax only.
  const judged = action !== "delete" && (input.validate !== false || isComms(collection));
  const key = judged ? checkRecordKey(collection, rkey) : syntaxOf(rkey);
  if (!key.ok) return invalid(key.message);
  if (action === "create" && input.rkey !== undefined && hasOffensiveWord(input.rkey)) return invalid("Unacceptable slur in record key");
  const op: PreparedOp = { action, collection, rkey };
  if (input.swapRecord !== undefined) op.swapRecord = input.swapRecord;
  if (isImmutable(collection)) op.immutable = true;
  return action === "delete" ? ok({ op }) : withRecord(op, input);
}

function withRecord(op: PreparedOp, { record, validate, path }: WriteInput): Outcome<Prepared> {
  const value = toValue(op.collection, record);
  if (!value.ok) return value;
  // What is delivered to others is always judged: they must be able to rely on its shape.
  const status = validate === false && !isComms(op.collection) ? undefined : judge(op.collection, record, validate === true, path);
  if (typeof status === "object") return { ok: false, error: status };
  const bytes = encodeRecord(value.value);
  if (!bytes.ok) return bytes;
  op.bytes = bytes.value;
  op.cid = cidOf(sha256, op.bytes);
  const blobs = blobsOf(value.value);
  if (!blobs.ok) return blobs;
  if (blobs.value.length > 0) op.blobs = blobs.value;
  const to = recipientsOf(op.collection, record);
  if (to !== null) op.deliverTo = to;
  return ok(status === undefined ? { op } : { op, validationStatus: status });
}

const syntaxOf = (rkey: string) =>
  isValidRecordKey(rkey) ? ({ ok: true } as const) : ({ ok: false, message: `Invalid record key: ${rkey.slice(0, 512)}` } as const);

/** The record in the data model, with its `$type`: filled in when missing, refused when it names another collection. */
function toValue(collection: string, record: unknown): Outcome<LexMap> {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return invalid("Record must be an object");
  const type: unknown = "$type" in record ? record.$type : undefined;
  if (type !== undefined && type !== collection) return invalid(`Invalid $type: expected ${collection}, got ${printable(type)}`);
  try {
    const value = jsonToLexMap(record);
    return ok(type === undefined ? { ...value, $type: collection } : value);
  } catch (error) {
    return refused(error);
  }
}

function encodeRecord(value: LexMap): Outcome<Uint8Array> {
  try {
    const bytes = encode(value);
    if (bytes.length > MAX_RECORD_BYTES) return invalid(`Record is too large: ${bytes.length} bytes, at most ${MAX_RECORD_BYTES}`);
    return ok(bytes);
  } catch (error) {
    return refused(error);
  }
}

function judge(collection: string, record: unknown, mustKnow: boolean, path?: (string | number)[]): "valid" | "unknown" | XrpcFault {
  const verdict = validateRecord(collection, record, path);
  if (verdict.known) return verdict.ok ? "valid" : { status: 400, name: "InvalidRequest", message: `Invalid ${collection} record: ${verdict.message}` };
  if (!mustKnow) return "unknown";
  return { status: 400, name: "InvalidRequest", message: `Unknown lexicon type: ${collection}` };
}

/** A TID, later than any other of this isolate. */
export function newRecordKey(): string {
  // Random values are not to be had while a Worker's modules load, hence not a constant.
  clockId ??= Math.floor(Math.random() * 1024);
  // The clock ticks in milliseconds; below that chance keeps isolates apart.
  lastTid = nextTid(lastTid, Date.now() * 1000 + Math.floor(Math.random() * 1000), clockId);
  return lastTid;
}

/** What the engine says of a value that is not data; anything else is a bug and is thrown on. */
function refused(error: unknown): Outcome<never> {
  if (error instanceof DataModelError || error instanceof CborError) return invalid(`Invalid record: ${error.message}`);
  throw error;
}

const printable = (value: unknown): string => (typeof value === "string" ? value.slice(0, 317) : typeof value === "number" || typeof value === "boolean" ? String(value) : typeof value);

const invalid = (message: string): { ok: false; error: XrpcFault } => fail(400, "InvalidRequest", message);
