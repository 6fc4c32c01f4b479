import { cidOf, cidToString } from "@rookery/repo";
import { createHash } from "node:crypto";
import type { XrpcFault } from "@rookery/sync";
import { type Call, type Handler, fault, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** Codec of blob CIDs (atproto data model: raw). */
const RAW = 0x55;

interface Stored {
  cid: string;
  size: number;
  key: string;
}

const tooLarge = (limit: number): XrpcFault =>
  fault(413, "PayloadTooLarge", `Blob is larger than this host's limit of ${limit} bytes`);

/** Bytes beyond the limit that are still taken in: answering before the client has sent its body cuts the connection. */
const PATIENCE = 16_000_000;

/** Bytes as they pass, hashed and counted; errors at the end when there were too many, or when they do not end. */
const metered = (limit: number) => {
  const hash = createHash("sha256");
  let size = 0;
  const stream = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > limit + PATIENCE) return controller.error(new Error("blob too large"));
      if (size > limit) return;
      hash.update(chunk);
      controller.enqueue(chunk);
    },
    flush(controller) {
      if (size > limit) controller.error(new Error("blob too large"));
    },
  });
  const cid = () => cidToString(cidOf(() => new Uint8Array(hash.digest()), new Uint8Array(), RAW));
  return { stream, cid, size: () => size };
};

/** R2 takes streams of known length only and cannot rename: a random key, the CID is kept by the agent. */
const store = async ({ request, host }: Call, did: string): Promise<Stored | XrpcFault> => {
  const declared = request.headers.get("content-length");
  const length = declared === null ? undefined : Number(declared);
  if (length !== undefined && length > host.blobLimit) return tooLarge(host.blobLimit);
  const key = `blobs/${did}/${crypto.randomUUID()}`;
  const meter = metered(host.blobLimit);
  const body = (request.body ?? new Blob([]).stream()).pipeThrough(meter.stream);
  try {
    if (length !== undefined) {
      const fixed = new FixedLengthStream(length);
      await Promise.all([body.pipeTo(fixed.writable), host.blobs.put(key, fixed.readable)]);
    } else {
      await host.blobs.put(key, await new Response(body).arrayBuffer());
    }
  } catch (error) {
    await host.blobs.delete(key);
    if (meter.size() > host.blobLimit) return tooLarge(host.blobLimit);
    if (length !== undefined && meter.size() !== length)
      return fault(400, "InvalidRequest", `Body has ${meter.size()} bytes, Content-Length says ${length}`);
    throw error;
  }
  return { cid: meter.cid(), size: meter.size(), key };
};

/** com.atproto.repo.uploadBlob: kept for a day unless a record refers to it. */
export const uploadBlob: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const mimeType = call.request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() || "application/octet-stream";
  const stored = await store(call, agent.did);
  if (isFault(stored)) return stored;
  const noted = await agent.stub.putBlob({ ...stored, mimeType });
  if (!noted.ok) {
    await call.host.blobs.delete(stored.key);
    return noted.error;
  }
  if (noted.value.superseded !== undefined) await call.host.blobs.delete(noted.value.superseded);
  return json({ blob: { $type: "blob", ref: { $link: stored.cid }, mimeType, size: stored.size } });
};
