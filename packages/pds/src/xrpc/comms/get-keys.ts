import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.getKeys: who holds the caller's encryption keys, what is published of them, what is alarming. */
export const getKeys: Handler = async (call) => {
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.getKeys(), json);
};
