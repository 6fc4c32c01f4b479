import { type Handler, answer, car, isFault } from "../call.ts";
import { syncedRepo } from "../repo-access.ts";

/** com.atproto.sync.getBlocks */
export const getBlocks: Handler = async (call) => {
  const { did, cids } = call.params as { did: string; cids: string[] };
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  return answer(await synced.stub.getBlocks({ cids }), car);
};
