import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.repo.listMissingBlobs: what a move has still to bring. */
export const listMissingBlobs: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.listMissingBlobs(call.params as { limit: number; cursor?: string }), json);
};
