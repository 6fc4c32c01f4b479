import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAccount } from "../repo-access.ts";

/** com.atproto.server.confirmEmail, by the token that was mailed. */
export const confirmEmail: Handler = async (call) => {
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.confirmEmail(call.input as { email: string; token: string }), empty);
};
