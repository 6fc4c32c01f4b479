import { type Handler, answer, json } from "../call.ts";
import { isFault, ownAgent } from "../repo-access.ts";

/** com.atproto.identity.getRecommendedDidCredentials: what the caller's DID document should say for the account to be here. */
export const getRecommendedDidCredentials: Handler = async (call) => {
  const own = await ownAgent(call);
  return isFault(own) ? own : answer(await call.host.identity.recommended(own.did), json);
};
