import { type Handler, answer, empty, fault, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.deleteSession: the refresh token and its successors end. */
export const deleteSession: Handler = async (call) => {
  if (call.caller.kind !== "refresh") return fault(401, "AuthMissing", "Authentication Required");
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  return answer(await agent.stub.deleteSession({ id: call.caller.id }), empty);
};
