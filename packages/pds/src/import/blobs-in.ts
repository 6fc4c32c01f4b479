import { CidError, CidLink, cidFromString, cidToString, isLexMap, type LexMap, type LexValue } from "@rookery/repo";

/** CID of a blob as records name them today (atproto data model, "blob"); a size of -1 stands for one that was not known. */
function typedBlob(value: LexMap): string | undefined {
  const { $type, ref, mimeType, size } = value;
  if ($type !== "blob" || !(ref instanceof CidLink) || Object.keys(value).length !== 4) return undefined;
  if (typeof mimeType !== "string" || !mimeType.includes("/") || typeof size !== "number" || size < -1) return undefined;
  return cidToString(ref.bytes);
}

/** The same in the form of old, which nobody may write any more: a map with just `{cid, mimeType}`. */
function legacyBlob(value: LexMap): string | undefined {
  const { cid, mimeType } = value;
  if (typeof cid !== "string" || typeof mimeType !== "string" || mimeType === "" || Object.keys(value).length !== 2) return undefined;
  try {
    return cidToString(cidFromString(cid));
  } catch (error) {
    if (error instanceof CidError) return undefined;
    throw error;
  }
}

/** CIDs of the blobs that a record names, each once; the rules of the reference for records that are there already (`enumBlobRefs`, not strict). */
export function blobsIn(record: LexMap): string[] {
  const found = new Set<string>();
  const visit = (value: LexValue): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isLexMap(value)) return;
    const blob = typedBlob(value) ?? legacyBlob(value);
    if (blob === undefined) Object.values(value).forEach(visit);
    else found.add(blob);
  };
  visit(record);
  return [...found];
}
