import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAccount } from "../repo-access.ts";

/** com.atproto.server.requestEmailConfirmation: a token to the account's address. */
export const requestEmailConfirmation: Handler = async (call) => {
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  const made = await agent.stub.createMailToken({ purpose: "confirm_email", inStanding: true });
  if (!made.ok) return made.error;
  return answer(await call.host.mailer.send({ to: made.value.email, template: "confirmEmail", fields: { token: made.value.token } }), empty);
};
