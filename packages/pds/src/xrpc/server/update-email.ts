import { isAcceptable } from "../../credentials/mail-address.ts";
import { type Handler, answer, empty, invalid, isFault } from "../call.ts";
import { ownAccount } from "../repo-access.ts";

/** com.atproto.server.updateEmail: with the token that was mailed, where the address so far is known to be the owner's. */
export const updateEmail: Handler = async (call) => {
  const { email, token } = call.input as { email: string; token?: string };
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  if (!isAcceptable(email)) return invalid("This email address is not supported, please use a different email.");
  return answer(await agent.stub.updateEmail({ email, ...(token === undefined ? {} : { token }) }), empty);
};
