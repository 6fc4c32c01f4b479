import { type Handler, answer, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.createAppPassword: told in this answer and nowhere else. */
export const createAppPassword: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const { name, privileged = false } = call.input as { name: string; privileged?: boolean };
  return answer(await agent.stub.createAppPassword({ name, privileged }), json);
};
