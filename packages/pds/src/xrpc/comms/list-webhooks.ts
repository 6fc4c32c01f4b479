import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.listWebhooks: the caller's webhooks, without their secrets. */
export const listWebhooks: Handler = async (call) => {
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.listWebhooks(), (found) => json(found));
};
