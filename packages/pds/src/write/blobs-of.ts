import { CidLink, cidToString, isLexMap, type LexMap, type LexValue } from "@rookery/repo";

/** A blob as a record refers to it (atproto data model, "blob"). */
export interface BlobMention {
  /** CID as a string. */
  cid: string;
  mimeType: string;
  /** Bytes. */
  size: number;
}

/** Every blob that a record refers to, each CID once. The record came through `jsonToLex`, which checks a blob's fields. */
export function blobsOf(record: LexMap): BlobMention[] {
  const found = new Map<string, BlobMention>();
  const visit = (value: LexValue): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isLexMap(value)) return;
    const { $type, ref, mimeType, size } = value;
    if ($type !== "blob") return Object.values(value).forEach(visit);
    if (!(ref instanceof CidLink) || typeof mimeType !== "string" || typeof size !== "number") return;
    const cid = cidToString(ref.bytes);
    found.set(cid, { cid, mimeType, size });
  };
  visit(record);
  return [...found.values()];
}
