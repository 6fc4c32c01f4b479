import { type Handler, answer, empty, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.activateAccount: the DID document must lead here first (the reference's words and order). */
export const activateAccount: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const valid = await call.host.identity.assertValidDidDocument(agent.did);
  if (!valid.ok) return valid.error;
  const activated = await agent.stub.activate();
  await call.host.forget(agent.did);
  return answer(activated, empty);
};
