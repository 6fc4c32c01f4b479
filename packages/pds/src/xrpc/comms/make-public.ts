import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.makePublic: a sealed record of the caller's is for everybody from now on. */
export const makePublic: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.makePublic(call.input as { uri: string }), (done) => json(done));
};
