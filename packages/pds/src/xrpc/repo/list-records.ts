import { type Handler, answer, isFault, jsonText } from "../call.ts";
import { namedRepo } from "../repo-access.ts";
import { recordText } from "./record-text.ts";

interface Params {
  repo: string;
  collection: string;
  limit: number;
  cursor?: string;
  reverse?: boolean;
}

/** com.atproto.repo.listRecords: newest first unless reversed; the cursor is the last rkey. */
export const listRecords: Handler = async (call) => {
  const { repo, collection, limit, cursor, reverse } = call.params as unknown as Params;
  const agent = await namedRepo(call, repo);
  if (isFault(agent)) return agent;
  const page = await agent.stub.listRecords({
    collection,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(reverse === undefined ? {} : { reverse }),
  });
  return answer(page, ({ records, cursor: last }) => {
    const texts = records.map((record) => recordText(agent.did, record)).join(",");
    return jsonText(`{"records":[${texts}]${last === undefined ? "" : `,"cursor":${JSON.stringify(last)}`}}`);
  });
};
