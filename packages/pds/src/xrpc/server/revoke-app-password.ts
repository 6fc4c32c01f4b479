import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.revokeAppPassword: the sessions that began with it end, too. */
export const revokeAppPassword: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const { name } = call.input as { name: string };
  return answer(await agent.stub.revokeAppPassword({ name }), empty);
};
