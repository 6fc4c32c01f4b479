import { type Handler, answer, empty } from "../call.ts";
import { isFault, ownAgent } from "../repo-access.ts";

/** com.atproto.identity.submitPlcOperation: an operation that leaves the account at this host goes to the directory. */
export const submitPlcOperation: Handler = async (call) => {
  const own = await ownAgent(call);
  if (isFault(own)) return own;
  const { operation } = call.input as { operation: unknown };
  return answer(await call.host.identity.submitOperation(own.did, operation), () => empty());
};
