import { type Handler, answer, fault, json } from "../call.ts";

/** com.atproto.sync.getRepoStatus: answers for inactive accounts too, without their rev. */
export const getRepoStatus: Handler = async ({ params, host }) => {
  const did = params.did as string;
  const agent = await host.find(did);
  if (agent === undefined || agent.did !== did) return fault(400, "RepoNotFound", `Could not find repo for DID: ${did}`);
  return answer(await host.agent(did).getStatus(), json);
};
