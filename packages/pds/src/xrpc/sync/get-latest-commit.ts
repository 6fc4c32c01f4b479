import { type Handler, answer, isFault, json } from "../call.ts";
import { syncedRepo } from "../repo-access.ts";

/** com.atproto.sync.getLatestCommit */
export const getLatestCommit: Handler = async (call) => {
  const synced = await syncedRepo(call, call.params.did as string);
  if (isFault(synced)) return synced;
  return answer(await synced.stub.getHead(), ({ cid, rev }) => json({ cid, rev }));
};
