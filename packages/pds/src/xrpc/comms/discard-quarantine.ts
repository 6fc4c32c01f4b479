import type { AgentCommsDiscardQuarantineInput } from "@rookery/lexicon-agent-comms";
import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.discardQuarantine: quarantined messages are let go unread. */
export const discardQuarantine: Handler = async (call) => {
  const input = call.input as AgentCommsDiscardQuarantineInput;
  const agent = await ownAgent(call);
  return isFault(agent) ? agent : answer(await agent.stub.discardQuarantine(input), (done) => json(done));
};
