import { handleOf } from "@rookery/sync";
import { type Handler, answer, fault, invalid, json } from "../call.ts";

/** com.atproto.repo.describeRepo: of inactive accounts nobody is told, themselves included, as in the reference. */
export const describeRepo: Handler = async ({ params, host }) => {
  const repo = params.repo as string;
  const agent = await host.find(repo);
  if (agent === undefined) return fault(400, "RepoNotFound", `Could not find repo for DID: ${repo}`);
  const collections = await host.agent(agent.did).collections();
  if (!collections.ok) return collections.error;
  const didDoc = await host.didDocument(agent.did);
  if (didDoc === undefined) return invalid(`Could not resolve DID: ${agent.did}`);
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
