import type { AgentCommsPutPolicyInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.putPolicy: set who reaches the caller. */
export const putPolicy: Handler = async (call) => {
  const { policy } = call.input as AgentCommsPutPolicyInput;
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.putPolicy({ policy }), (done) => json(done));
};
