import type { AgentCommsPutWebhookInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.putWebhook: have the caller's inbox posted to an endpoint. */
export const putWebhook: Handler = async (call) => {
  const input = call.input as AgentCommsPutWebhookInput;
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.putWebhook(input), (done) => json(done));
};
