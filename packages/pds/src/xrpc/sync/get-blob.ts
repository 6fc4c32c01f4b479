import type { XrpcFault } from "@rookery/sync";
import type { BlobRow } from "../../agent-api.ts";
import { namesTag, tagOf } from "../../reading/etag.ts";
import type { Reader } from "../../reading/reader.ts";
import { type Call, type Handler, fault, isFault } from "../call.ts";
import { syncedRepo } from "../synced-repo.ts";
import { type ByteRange, byteRange } from "./byte-range.ts";

/** com.atproto.sync.getBlob, whole or in part. */
export const getBlob: Handler = async (call) => {
  const { did, cid } = call.params as { did: string; cid: string };
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  const row = await synced.stub.syncBlob({ reader: synced.reader, cid });
  return row.ok ? send(call, row.value, synced.reader) : row.error;
};

/**
 * How long caches give a blob out without asking, in seconds: so long it may be seen after it was taken down or deleted. To ask
 * again costs little, since by its ETag nothing is sent twice.
 */
const FRESH_SECONDS = 300;

/**
 * Headers of every answer about a blob. Strangers' bytes on our origin: never executed, never sniffed, never framed (specs/blob
 * "Security"); addressed by content, and so to be passed on as it is: a part of something packed would be a part of something else
 * (RFC 9110, 7.7). What only its owner may see stays out of shared caches.
 */
const headersOf = ({ cid, mimeType }: BlobRow, reader: Reader): Record<string, string> => ({
  "content-type": mimeType,
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
  "content-disposition": `attachment; filename="${cid}"`,
  "cache-control": `${reader === "public" ? "public" : "private"}, max-age=${FRESH_SECONDS}, no-transform`,
  // For those who pack it nevertheless.
  vary: "Accept-Encoding",
  "accept-ranges": "bytes",
  etag: tagOf(cid),
});

const send = async ({ request, host }: Call, blob: BlobRow, reader: Reader): Promise<Response | XrpcFault> => {
  const headers = headersOf(blob, reader);
  const asked = request.headers;
  if (namesTag(asked.get("if-none-match"), tagOf(blob.cid))) return new Response(null, { status: 304, headers });
  const given = asked.get("if-range");
  // Parts are of GET alone (RFC 9110, 14.2), and of use to who has the rest: of this very blob.
  const inParts = request.method === "GET" && (given === null || given === tagOf(blob.cid));
  const range = inParts ? byteRange(asked.get("range"), blob.size) : undefined;
  if (range === null) return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${blob.size}` } });
  const part: ByteRange = range ?? { offset: 0, length: blob.size };
  const answer = {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      "content-length": String(part.length),
      ...(range === undefined ? {} : { "content-range": `bytes ${part.offset}-${part.offset + part.length - 1}/${blob.size}` }),
    },
  };
  if (request.method === "HEAD") return (await host.blobs.head(blob.key)) === null ? missing : new Response(null, answer);
  const object = await host.blobs.get(blob.key, range === undefined ? {} : { range });
  return object === null ? missing : new Response(object.body, answer);
};

const missing = fault(400, "BlobNotFound", "Blob not found");
