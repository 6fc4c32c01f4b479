import { decode, lexToJson } from "@rookery/repo";
import { type Handler, answer, atUri, isFault, json } from "../call.ts";
import { namedRepo } from "../repo-access.ts";

/** com.atproto.repo.getRecord */
export const getRecord: Handler = async (call) => {
  const { repo, collection, rkey, cid } = call.params as { repo: string; collection: string; rkey: string; cid?: string };
  const agent = await namedRepo(call, repo);
  if (isFault(agent)) return agent;
  const found = await agent.stub.getRecord({ collection, rkey, ...(cid === undefined ? {} : { cid }) });
  return answer(found, (record) =>
    json({ uri: atUri(agent.did, collection, rkey), cid: record.cid, value: lexToJson(decode(record.bytes)) }),
  );
};
