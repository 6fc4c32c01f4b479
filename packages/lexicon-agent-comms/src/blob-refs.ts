import { type Refusal, refuse } from "./verdict.ts";

/** What a record says of a blob it refers to. */
export interface BlobReference {
  cid: string;
  mimeType: string;
  /** Bytes. */
  size: number;
}

/** All blobs of a record, or why one of them is refused. */
export type BlobReferences = { ok: true; blobs: BlobReference[] } | Refusal;

const RAW_CID = /^bafkrei[a-z2-7]{52}$/;

/**
 * Every blob reference in a record of any collection, in document order, repeats included.
 *
 * `record` is JSON in the atproto data model. Refused are objects that say they are blobs and are not
 * (https://atproto.com/specs/data-model#blob-type; CIDv1, raw, SHA-256), and references in the form of 2022,
 * `{cid, mimeType}`, which the reference refuses on write too.
 */
export function findBlobRefs(record: unknown): BlobReferences {
  const blobs: BlobReference[] = [];
  // A stack of our own: a megabyte of brackets must not overflow the real one.
  const stack: unknown[] = [record];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== "object" || value === null) continue;
    if (isLegacy(value)) return refuse(`Legacy blobs are not allowed (${value.cid.slice(0, 128)})`);
    if ("$type" in value && value.$type === "blob") {
      const blob = blobOf(value);
      if (blob === undefined) return refuse("Invalid blob object");
      blobs.push(blob);
      continue;
    }
    const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
    for (let i = inner.length - 1; i >= 0; i--) stack.push(inner[i]);
  }
  return { ok: true, blobs };
}

function blobOf(value: object): BlobReference | undefined {
  if (!("ref" in value && "mimeType" in value && "size" in value) || Object.keys(value).length !== 4) return undefined;
  const { ref, mimeType, size } = value;
  if (typeof ref !== "object" || ref === null || !("$link" in ref) || Object.keys(ref).length !== 1) return undefined;
  if (typeof ref.$link !== "string" || !RAW_CID.test(ref.$link)) return undefined;
  if (typeof mimeType !== "string" || !mimeType.includes("/")) return undefined;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
  return { cid: ref.$link, mimeType, size };
}

function isLegacy(value: object): value is { cid: string } {
  if (!("cid" in value && "mimeType" in value) || Object.keys(value).length !== 2) return false;
  return typeof value.cid === "string" && /^(?:baf|Qm)[a-zA-Z0-9]{20,}$/.test(value.cid) && typeof value.mimeType === "string";
}
