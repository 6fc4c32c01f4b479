import { type Handler, answer, isFault, json } from "../call.ts";
import { syncedRepo } from "../synced-repo.ts";

/** com.atproto.sync.getHead, deprecated for getLatestCommit, which also tells the rev. */
export const getHead: Handler = async (call) => {
  const synced = await syncedRepo(call, call.params.did as string);
  if (isFault(synced)) return synced;
  return answer(await synced.stub.syncHead({ reader: synced.reader }), ({ cid }) => json({ root: cid }));
};
