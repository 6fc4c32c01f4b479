import { isTid } from "@rookery/repo";
import { namesTag, tagOf } from "../../reading/etag.ts";
import { type Handler, answer, car, invalid, isFault } from "../call.ts";
import { contentHeaders, tagsOf, unchanged } from "../etag.ts";
import { syncedRepo } from "../synced-repo.ts";

/** com.atproto.sync.getRepo: a CAR stream of the whole repository, or of what came after `since`; the commit's CID is its ETag. */
export const getRepo: Handler = async (call) => {
  const { did, since } = call.params as { did: string; since?: string };
  if (since !== undefined && !isTid(since)) return invalid(`Invalid since, not a TID: ${since}`);
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  // HEAD opens no export: nobody would read it, and it would keep a place until it is given up.
  const has = call.request.method === "HEAD" ? { has: "*" } : tagsOf(call.request);
  const opened = await synced.stub.syncRepo({ reader: synced.reader, ...has, ...(since === undefined ? {} : { since }) });
  return answer(opened, ({ car: stream, ...content }) => {
    const headers = contentHeaders(content);
    if (stream !== undefined) return car(stream, headers);
    return namesTag(call.request.headers.get("if-none-match"), tagOf(content.cid)) ? unchanged(headers) : car(null, headers);
  });
};
