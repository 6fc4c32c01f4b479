import { type Handler, fault, isFault } from "../call.ts";
import { ownAgent } from "../repo-access.ts";
import { sessionView } from "./session-view.ts";

/** com.atproto.server.refreshSession: a refresh token is good once. */
export const refreshSession: Handler = async (call) => {
  if (call.caller.kind !== "refresh") return fault(401, "AuthMissing", "Authentication Required");
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const grant = await agent.stub.refreshSession({ id: call.caller.id });
  return grant.ok ? sessionView(call, grant.value) : grant.error;
};
