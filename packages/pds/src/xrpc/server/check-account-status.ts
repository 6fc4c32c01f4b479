import { cidToString } from "@rookery/repo";
import { type Handler, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.checkAccountStatus: how far a migration is. */
export const checkAccountStatus: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const [counted, valid] = await Promise.all([agent.stub.countAccount(), call.host.identity.assertValidDidDocument(agent.did)]);
  if (!counted.ok) return counted.error;
  const { activated, repoCommit, repoRev, repoBlocks, indexedRecords, expectedBlobs, importedBlobs } = counted.value;
  return json({
    activated, validDid: valid.ok, repoCommit: cidToString(repoCommit), repoRev, repoBlocks, indexedRecords,
    // Not counted by the reference either.
    privateStateValues: 0,
    expectedBlobs, importedBlobs,
  });
};
