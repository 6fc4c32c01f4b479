import { type Handler, answer, isFault, json } from "../call.ts";
import { syncedRepo } from "../repo-access.ts";

/** com.atproto.sync.getLatestCommit */
export const getLatestCommit: Handler = async (call) => {
  const stub = await syncedRepo(call, call.params.did as string);
  if (isFault(stub)) return stub;
  return answer(await stub.getHead(), ({ cid, rev }) => json({ cid, rev }));
};
