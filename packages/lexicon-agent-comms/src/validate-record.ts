import { jsonToLex as jsonToData, type JsonValue } from "@atproto/lex-json";
import { jsonToLex, ValidationError } from "@atproto/lexicon";
import { checkBlobLimits } from "./blob-limits.ts";
import { lexicons } from "./catalog.ts";
import { checkCommsRules } from "./comms-rules.ts";
import { checkMemoryRules } from "./memory-rules.ts";
import { recordDefinition } from "./record-definition.ts";
import { keyKindOf } from "./record-key.ts";
import { recordSchema } from "./schema-of.ts";
import { refusalOf, refuse, type Verdict } from "./verdict.ts";

/** `known: false`: we carry no lexicon for the collection and say nothing about the record. */
export type RecordVerdict = { known: false } | ({ known: true } & Verdict);

/** Collections that are ours, which have rules beyond their lexicons. */
const OURS = "agent.";

/** Where a record stands in a body that has one; reasons name places from there. */
const IN_BODY = ["record"];

/**
 * Judge a record against the lexicon of its collection: ours by their lexicons and rules, others' as the reference judges
 * them, with its own library.
 *
 * `record` is JSON in the atproto data model (`$link`, `$bytes`, blobs). A missing `$type` counts as the
 * collection, as in the reference, which fills it in. The record key is judged by `checkRecordKey`.
 */
export function validateRecord(collection: string, record: unknown, path: (string | number)[] = IN_BODY): RecordVerdict {
  if (keyKindOf(collection) === undefined) return { known: false };
  return { known: true, ...(collection.startsWith(OURS) ? judgeOurs(collection, record) : judge(collection, record, path)) };
}

function judge(collection: string, record: unknown, path: (string | number)[]): Verdict {
  const schema = recordSchema(collection);
  if (schema === undefined) throw new Error(`Lexicon not found: ${collection}`);
  try {
    // What is no link, bytes or blob stays a map, and is refused by the schema.
    const value = convert(record, (json) => jsonToData(json as JsonValue));
    if (!isMap(value)) return refuse("Record must be an object");
    const type = value.$type === undefined ? collection : value.$type;
    if (type !== collection) return wrongType(collection, type);
    const checked = schema.safeValidate(value, { path });
    return checked.success ? { ok: true } : refuse(checked.reason.message);
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

function judgeOurs(collection: string, record: unknown): Verdict {
  try {
    const value = convert(record, jsonToLex);
    if (!isMap(value)) return refuse("Record must be an object");
    const type = value.$type === undefined ? collection : value.$type;
    if (type !== collection) return wrongType(collection, type);
    lexicons().assertValidRecord(collection, value.$type === undefined ? { ...value, $type: collection } : value);
    const limits = checkBlobLimits(lexicons(), recordDefinition(collection), value);
    if (!limits.ok) return limits;
    const comms = checkCommsRules(collection, value);
    return comms.ok ? checkMemoryRules(collection, value) : comms;
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

const wrongType = (collection: string, type: unknown): Verdict =>
  refuse(`Invalid $type: expected ${collection}, got ${typeof type === "string" ? type.slice(0, 317) : typeof type}`);

/** JSON to instances; its TypeErrors (an own `__proto__` key, a value that no JSON has) are the caller's fault. */
function convert(record: unknown, by: (json: unknown) => unknown): unknown {
  try {
    return by(record);
  } catch (thrown) {
    throw thrown instanceof TypeError ? new ValidationError(`Record is not valid data: ${thrown.message}`) : thrown;
  }
}

/** A plain map: bytes, links and blobs have become instances of classes. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
