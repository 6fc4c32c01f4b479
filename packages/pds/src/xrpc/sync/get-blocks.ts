import { type Handler, answer, car, isFault } from "../call.ts";
import { contentHeaders } from "../etag.ts";
import { syncedRepo } from "../synced-repo.ts";

/** com.atproto.sync.getBlocks */
export const getBlocks: Handler = async (call) => {
  const { did, cids } = call.params as { did: string; cids: string[] };
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  return answer(await synced.stub.syncBlocks({ reader: synced.reader, cids }), ({ car: blocks, rev }) => car(blocks, contentHeaders({ rev })));
};
