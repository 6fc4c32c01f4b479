import type { AgentCommsPublishProgressInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.publishProgress: the caller says where a task is that it works on. */
export const publishProgress: Handler = async (call) => {
  const input = call.input as AgentCommsPublishProgressInput;
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.publishProgress(input), (done) => json(done));
};
