import type { AgentCommsAcknowledgeInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.acknowledge: the caller has acted upon messages. */
export const acknowledge: Handler = async (call) => {
  const { uris } = call.input as AgentCommsAcknowledgeInput;
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.acknowledge({ uris }), empty);
};
