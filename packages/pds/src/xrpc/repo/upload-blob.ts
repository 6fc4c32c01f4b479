import { type Handler, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";
import { storeBlob } from "./store-blob.ts";

/** com.atproto.repo.uploadBlob: kept for a day unless a record refers to it. Its type is what the bytes say, or else the client. */
export const uploadBlob: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const declared = call.request.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  if (!declared.includes("/")) return invalid("Request encoding (Content-Type) required but not provided");
  const stored = await storeBlob(call, agent.did);
  if (isFault(stored)) return stored;
  const { cid, size, key, sniffed = declared } = stored;
  const noted = await agent.stub.putBlob({ cid, size, key, mimeType: sniffed });
  if (!noted.ok) {
    await call.host.blobs.delete(key);
    return noted.error;
  }
  if (noted.value.superseded !== undefined) await call.host.blobs.delete(noted.value.superseded);
  return json({ blob: { $type: "blob", ref: { $link: cid }, mimeType: sniffed, size } });
};
