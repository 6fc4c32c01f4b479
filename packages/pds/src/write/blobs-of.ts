import { CidError, CidLink, cidFromString, cidToString, isLexMap, type LexMap, type LexValue } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";

/** A blob as a record refers to it (atproto data model, "blob"). */
export interface BlobMention {
  /** CID as a string. */
  cid: string;
  mimeType: string;
  /** Bytes. */
  size: number;
}

/** CID of a blob reference of old, a map with just `{cid, mimeType}`; undefined for any other map. */
export function legacyBlob(value: Record<string, unknown>): string | undefined {
  const { cid, mimeType } = value;
  if (typeof cid !== "string" || typeof mimeType !== "string" || mimeType === "" || Object.keys(value).length > 2) return undefined;
  try {
    cidFromString(cid);
    return cid;
  } catch (error) {
    if (error instanceof CidError) return undefined;
    throw error;
  }
}

/**
 * Every blob that a record refers to, each CID once. The record came through `jsonToLex`, which checks a blob's fields.
 * Errors: `InvalidRequest` (400) for a blob reference of the old form, which nobody may write any more.
 */
export function blobsOf(record: LexMap): Outcome<BlobMention[]> {
  const found = new Map<string, BlobMention>();
  let legacy: string | undefined;
  const visit = (value: LexValue): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isLexMap(value)) return;
    const { $type, ref, mimeType, size } = value;
    if ($type !== "blob") {
      legacy ??= legacyBlob(value);
      return Object.values(value).forEach(visit);
    }
    if (!(ref instanceof CidLink) || typeof mimeType !== "string" || typeof size !== "number") return;
    const cid = cidToString(ref.bytes);
    found.set(cid, { cid, mimeType, size });
  };
  visit(record);
  return legacy === undefined ? ok([...found.values()]) : fail(400, "InvalidRequest", `Legacy blobs are not allowed (${legacy})`);
}
