import { type Handler, answer, car, isFault } from "../call.ts";
import { syncedRepo } from "../repo-access.ts";

/** com.atproto.sync.getRecord: a CAR that proves the record present, or absent. */
export const getRecordProof: Handler = async (call) => {
  const { did, collection, rkey } = call.params as { did: string; collection: string; rkey: string };
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  return answer(await synced.stub.getProof({ collection, rkey }), car);
};
