import { type Handler, answer, empty, fault } from "../call.ts";

/** com.atproto.server.deleteSession: the refresh token and its successors end. */
export const deleteSession: Handler = async (call) => {
  if (call.caller.kind !== "refresh") return fault(401, "AuthMissing", "Authentication Required");
  const { did, id } = call.caller;
  // Of an account that is gone nothing is left to end.
  if ((await call.host.find(did)) === undefined) return empty();
  return answer(await call.host.agent(did).deleteSession({ id }), empty);
};
