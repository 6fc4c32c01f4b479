import { isTid } from "@rookery/repo";
import { type Handler, answer, invalid, isFault, json } from "../call.ts";
import { contentHeaders } from "../etag.ts";
import { syncedRepo } from "../synced-repo.ts";

/** com.atproto.sync.listBlobs: CIDs of the blobs that records refer to. */
export const listBlobs: Handler = async (call) => {
  const { did, since, limit, cursor } = call.params as { did: string; since?: string; limit: number; cursor?: string };
  if (since !== undefined && !isTid(since)) return invalid(`Invalid since, not a TID: ${since}`);
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  const page = await synced.stub.syncBlobs({
    reader: synced.reader,
    limit,
    ...(since === undefined ? {} : { since }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  return answer(page, ({ rev, ...body }) => json(body, contentHeaders({ rev })));
};
