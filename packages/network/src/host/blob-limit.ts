/** Largest blob, in bytes, unless the operator says otherwise: default of the reference (blobUploadLimit). */
const BLOB_LIMIT = 5 * 1024 * 1024;

/** What it may be set to: the largest that a lexicon of Bluesky's takes (app.bsky.embed.video), and that Cloudflare takes of a request. A body that does not say how long it is ends at 15 MiB (pds, UPLOAD_ROOM). */
export const MAX_BLOB_LIMIT = 100_000_000;

/** The setting. @throws Error when it is no such number. */
export const readBlobLimit = (text: string | undefined): number => {
  if (!text) return BLOB_LIMIT;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_BLOB_LIMIT) throw new Error(`BLOB_UPLOAD_LIMIT must be 1 to ${MAX_BLOB_LIMIT} bytes, is ${text}`);
  return limit;
};
