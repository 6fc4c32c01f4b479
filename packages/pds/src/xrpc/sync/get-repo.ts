import { type Handler, answer, car, invalid, isFault } from "../call.ts";
import { isTid } from "@rookery/repo";
import { syncedRepo } from "../repo-access.ts";

/** com.atproto.sync.getRepo: a CAR stream of the whole repository, or of what changed after `since`. */
export const getRepo: Handler = async (call) => {
  const { did, since } = call.params as { did: string; since?: string };
  if (since !== undefined && !isTid(since)) return invalid(`Invalid since, not a TID: ${since}`);
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  return answer(await synced.stub.exportRepo(since === undefined ? {} : { since }), car);
};
