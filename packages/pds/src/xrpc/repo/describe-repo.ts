import { handleOf } from "@rookery/sync";
import { type Handler, answer, fault, invalid, isFault, json } from "../call.ts";
import { syncedRepo } from "../repo-access.ts";

/** com.atproto.repo.describeRepo */
export const describeRepo: Handler = async (call) => {
  const repo = call.params.repo as string;
  const agent = await call.host.find(repo);
  if (agent === undefined) return fault(400, "RepoNotFound", `Could not find repo for DID: ${repo}`);
  const synced = await syncedRepo(call, agent.did);
  if (isFault(synced)) return synced;
  const didDoc = await call.host.didDocument(agent.did);
  if (didDoc === undefined) return invalid(`Could not resolve DID: ${agent.did}`);
  const collections = await synced.stub.listCollections();
  return answer(collections, (names) =>
    json({
      handle: agent.handle,
      did: agent.did,
      didDoc,
      collections: names,
      handleIsCorrect: handleOf(didDoc) === agent.handle,
    }),
  );
};
