import { decode, lexToJson } from "@rookery/repo";
import { type Handler, answer, atUri, isFault, json } from "../call.ts";
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
  const page = await agent.stub.listRecords({
    collection,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(reverse === undefined ? {} : { reverse }),
  });
  return answer(page, (found) =>
    json({
      records: found.records.map((record) => ({
        uri: atUri(agent.did, collection, record.rkey),
        cid: record.cid,
        value: lexToJson(decode(record.bytes)),
      })),
      cursor: found.cursor,
    }),
  );
};
