import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.getPolicy: who reaches the caller. */
export const getPolicy: Handler = async (call) => {
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.getPolicy(), (view) => json(view));
};
