import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAccount } from "../repo-access.ts";

/** com.atproto.server.requestAccountDelete: a token to the account's address, which deleteAccount asks for. */
export const requestAccountDelete: Handler = async (call) => {
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  const made = await agent.stub.createMailToken({ purpose: "delete_account", inStanding: true });
  if (!made.ok) return made.error;
  return answer(await call.host.mailer.send({ to: made.value.email, template: "deleteAccount", fields: { token: made.value.token } }), empty);
};
