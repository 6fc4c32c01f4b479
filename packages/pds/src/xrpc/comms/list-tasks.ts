import type { AgentCommsListTasksInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

const LIMIT = 50;

/** agent.comms.listTasks: tasks of the caller, last changed first. */
export const listTasks: Handler = async (call) => {
  const { limit = LIMIT, ...asked } = call.input as AgentCommsListTasksInput;
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.listTasks({ ...asked, limit }), (page) => json(page));
};
