import type { AgentCommsGetTaskInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.getTask: one task of the caller. */
export const getTask: Handler = async (call) => {
  const { uri } = call.input as AgentCommsGetTaskInput;
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.getTask({ uri }), (task) => json(task));
};
