import type { XrpcFault } from "@rookery/sync";
import { type Call, type Handler, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";
import { type StoredBlob, storeBlob } from "./store-blob.ts";

/** com.atproto.repo.uploadBlob: kept for a day unless a record refers to it. Its type is what the bytes say, or else the client. */
export const uploadBlob: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const declared = call.request.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  if (!declared.includes("/")) return invalid("Request encoding (Content-Type) required but not provided");
  const key = `blobs/${agent.did}/${crypto.randomUUID()}`;
  const reserved = await agent.stub.reserveBlob({ key });
  if (!reserved.ok) return reserved.error;
  const stored = await storeOrDiscard(call, key, () => agent.stub.discardBlob({ key }));
  if (isFault(stored)) return stored;
  const { cid, size, sniffed = declared } = stored;
  const noted = await agent.stub.putBlob({ cid, size, key, mimeType: sniffed });
  if (!noted.ok) {
    // An account that has gone meanwhile deletes nothing any more.
    await call.host.blobs.delete(key);
    return noted.error;
  }
  return json({ blob: { $type: "blob", ref: { $link: cid }, mimeType: sniffed, size } });
};

const storeOrDiscard = async (call: Call, key: string, discard: () => Promise<unknown>): Promise<StoredBlob | XrpcFault> => {
  let stored: StoredBlob | XrpcFault | undefined;
  try {
    stored = await storeBlob(call, key);
    return stored;
  } finally {
    if (stored === undefined || isFault(stored)) await discard();
  }
};
