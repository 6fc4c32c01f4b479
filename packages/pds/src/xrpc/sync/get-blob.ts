import { type Handler, isFault, fault } from "../call.ts";
import { syncedRepo } from "../repo-access.ts";

/**
 * com.atproto.sync.getBlob. Strangers' bytes on our origin: never executed, never sniffed, never framed
 * (specs/blob "Security"), and immutable because addressed by content.
 */
export const getBlob: Handler = async (call) => {
  const { did, cid } = call.params as { did: string; cid: string };
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  const row = await synced.stub.getBlob({ cid });
  if (!row.ok) return row.error;
  const object = await call.host.blobs.get(row.value.key);
  if (object === null) return fault(400, "BlobNotFound", `Blob not found: ${cid}`);
  return new Response(object.body, {
    headers: {
      "content-type": row.value.mimeType,
      "content-length": String(row.value.size),
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "content-disposition": `attachment; filename="${cid}"`,
      "cache-control": "public, max-age=86400, immutable",
      etag: `"${cid}"`,
    },
  });
};
