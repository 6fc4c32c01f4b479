import { type Handler, answer, isFault, jsonBytes } from "../call.ts";
import { unlessUnchanged } from "../etag.ts";
import { namedRepo } from "../repo-access.ts";

/** com.atproto.repo.getRecord: its CID is its ETag. */
export const getRecord: Handler = async (call) => {
  const { repo, collection, rkey, cid } = call.params as { repo: string; collection: string; rkey: string; cid?: string };
  const agent = await namedRepo(call, repo);
  if (isFault(agent)) return agent;
  const found = await agent.stub.recordJson({ collection, rkey, ...(cid === undefined ? {} : { cid }) });
  return answer(found, ({ json, rev, cid: is }) => unlessUnchanged(call.request, is, () => jsonBytes(json, { "atproto-repo-rev": rev })));
};
