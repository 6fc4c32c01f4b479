import { type Handler, isFault, json } from "../call.ts";
import { ownAccount } from "../repo-access.ts";

/** com.atproto.server.requestEmailUpdate: a token to the address that is to be given up, if that is known to be the owner's. */
export const requestEmailUpdate: Handler = async (call) => {
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  const made = await agent.stub.requestEmailUpdate();
  if (!made.ok) return made.error;
  if (made.value === null) return json({ tokenRequired: false });
  const sent = await call.host.mailer.send({ to: made.value.email, template: "updateEmail", fields: { token: made.value.token } });
  return sent.ok ? json({ tokenRequired: true }) : sent.error;
};
