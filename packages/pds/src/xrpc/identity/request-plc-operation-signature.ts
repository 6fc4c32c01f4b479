import { type Handler, answer, empty } from "../call.ts";
import { isFault, ownAgent } from "../repo-access.ts";

/** com.atproto.identity.requestPlcOperationSignature: a mail with the token that signPlcOperation asks for. */
export const requestPlcOperationSignature: Handler = async (call) => {
  const own = await ownAgent(call);
  if (isFault(own)) return own;
  const made = await own.stub.createMailToken({ purpose: "plc_operation", inStanding: false });
  if (!made.ok) return made.error;
  const { email, token } = made.value;
  return answer(await call.host.mailer.send({ to: email, template: "plcOperation", fields: { token } }), () => empty());
};
