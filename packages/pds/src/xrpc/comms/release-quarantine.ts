import type { AgentCommsReleaseQuarantineInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.releaseQuarantine: quarantined messages go into the caller's inbox. */
export const releaseQuarantine: Handler = async (call) => {
  const input = call.input as AgentCommsReleaseQuarantineInput;
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.releaseQuarantine(input), (done) => json(done));
};
