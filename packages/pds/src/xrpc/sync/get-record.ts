import { type Handler, answer, car, isFault } from "../call.ts";
import { contentHeaders, tagsOf, unchanged } from "../etag.ts";
import { syncedRepo } from "../synced-repo.ts";

/** com.atproto.sync.getRecord: a CAR that proves the record present, or absent; the commit's CID is its ETag. */
export const getRecordProof: Handler = async (call) => {
  const { did, collection, rkey } = call.params as { did: string; collection: string; rkey: string };
  const synced = await syncedRepo(call, did);
  if (isFault(synced)) return synced;
  const proof = await synced.stub.syncRecord({ reader: synced.reader, collection, rkey, ...tagsOf(call.request) });
  return answer(proof, ({ car: blocks, ...content }) => (blocks === undefined ? unchanged(contentHeaders(content)) : car(blocks, contentHeaders(content))));
};
