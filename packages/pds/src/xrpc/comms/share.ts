import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.share: a grant for one more reader of a sealed record of the caller's. */
export const share: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.share(call.input as { uri: string; to: string }), (done) => json(done));
};
