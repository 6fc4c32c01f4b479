import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.listQuarantine: what waits for the caller's decision, oldest first. */
export const listQuarantine: Handler = async (call) => {
  const { limit, cursor } = call.params as { limit: number; cursor?: string };
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.listQuarantine({ limit, ...(cursor === undefined ? {} : { cursor }) }), (page) => json(page));
};
