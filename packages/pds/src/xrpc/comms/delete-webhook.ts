import type { AgentCommsDeleteWebhookInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.deleteWebhook: end a webhook of the caller's. */
export const deleteWebhook: Handler = async (call) => {
  const { id } = call.input as AgentCommsDeleteWebhookInput;
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.deleteWebhook({ id }), empty);
};
