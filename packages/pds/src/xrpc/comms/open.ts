import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** agent.comms.open: a record as its author wrote it, for the caller alone. */
export const open: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.open(call.input as { uri: string; grant?: string }), (done) => json(done));
};
