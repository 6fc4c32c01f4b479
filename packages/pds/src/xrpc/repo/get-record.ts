import { namesTag, tagOf } from "../../reading/etag.ts";
import { type Handler, answer, isFault, jsonBytes } from "../call.ts";
import { contentHeaders, unchanged } from "../etag.ts";
import { namedRepo } from "../repo-access.ts";

/** com.atproto.repo.getRecord: the record's CID is its ETag. */
export const getRecord: Handler = async (call) => {
  const { repo, collection, rkey, cid } = call.params as { repo: string; collection: string; rkey: string; cid?: string };
  const agent = await namedRepo(call, repo);
  // The reference asks its AppView for others' records, and says this where it has none.
  if (isFault(agent)) return { ...agent, message: "Could not locate record" };
  const found = await agent.stub.recordJson({ collection, rkey, ...(cid === undefined ? {} : { cid }) });
  return answer(found, ({ json, ...content }) => {
    const headers = contentHeaders(content);
    return namesTag(call.request.headers.get("if-none-match"), tagOf(content.cid)) ? unchanged(headers) : jsonBytes(json, headers);
  });
};
