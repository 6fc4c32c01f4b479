import { jsonToLex, type LexRecord, ValidationError } from "@atproto/lexicon";
import { checkBlobLimits } from "./blob-limits.ts";
import { lexicons } from "./catalog.ts";
import { checkCommsRules } from "./comms-rules.ts";
import { checkMemoryRules } from "./memory-rules.ts";
import { recordDefinition } from "./record-key.ts";
import { refusalOf, refuse, type Verdict } from "./verdict.ts";

/** `known: false`: we carry no lexicon for the collection and say nothing about the record. */
export type RecordVerdict = { known: false } | ({ known: true } & Verdict);

/**
 * Judge a record against the lexicon of its collection.
 *
 * `record` is JSON in the atproto data model (`$link`, `$bytes`, blobs). A missing `$type` counts as the
 * collection, as in the reference, which fills it in. The record key is judged by `checkRecordKey`.
 */
export function validateRecord(collection: string, record: unknown): RecordVerdict {
  const definition = recordDefinition(collection);
  if (definition === undefined) return { known: false };
  return { known: true, ...judge(collection, definition, record) };
}

function judge(collection: string, definition: LexRecord, record: unknown): Verdict {
  try {
    const value = convert(record);
    if (!isMap(value)) return refuse("Record must be an object");
    const type = value.$type === undefined ? collection : value.$type;
    if (type !== collection) return refuse(`Invalid $type: expected ${collection}, got ${typeof type === "string" ? type.slice(0, 317) : typeof type}`);
    lexicons().assertValidRecord(collection, value.$type === undefined ? { ...value, $type: collection } : value);
    const limits = checkBlobLimits(lexicons(), definition, value);
    if (!limits.ok) return limits;
    const comms = checkCommsRules(collection, value);
    return comms.ok ? checkMemoryRules(collection, value) : comms;
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/** JSON to instances; its TypeErrors (an own `__proto__` key, a value that no JSON has) are the caller's fault. */
function convert(record: unknown): unknown {
  try {
    return jsonToLex(record);
  } catch (thrown) {
    throw thrown instanceof TypeError ? new ValidationError(`Record is not valid data: ${thrown.message}`) : thrown;
  }
}

/** A plain map: bytes, links and blobs have become instances of classes. */
function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
