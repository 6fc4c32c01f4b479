import { type Handler, answer, isFault, jsonText } from "../call.ts";
import { namedRepo } from "../repo-access.ts";
import { recordText } from "./record-text.ts";

/** com.atproto.repo.getRecord */
export const getRecord: Handler = async (call) => {
  const { repo, collection, rkey, cid } = call.params as { repo: string; collection: string; rkey: string; cid?: string };
  const agent = await namedRepo(call, repo);
  if (isFault(agent)) return agent;
  const found = await agent.stub.getRecord({ collection, rkey, ...(cid === undefined ? {} : { cid }) });
  return answer(found, (record) => jsonText(recordText(agent.did, record)));
};
