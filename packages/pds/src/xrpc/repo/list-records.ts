import { type Handler, answer, isFault, jsonBytes } from "../call.ts";
import { contentHeaders } from "../etag.ts";
import { namedRepo } from "../repo-access.ts";

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
  const page = await agent.stub.recordsJson({
    collection,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(reverse === undefined ? {} : { reverse }),
  });
  return answer(page, ({ json, rev }) => jsonBytes(json, contentHeaders({ rev })));
};
