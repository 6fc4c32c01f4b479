import { type Handler, fault } from "../call.ts";
import { sessionView } from "./session-view.ts";

/** Longest password looked at (the reference's limit): hashing more would be a free ride for an attacker. */
const MAX_PASSWORD = 512;

/** com.atproto.server.createSession. One answer for a wrong password and for an unknown account. */
export const createSession: Handler = async (call) => {
  const { identifier, password } = call.input as { identifier: string; password: string };
  const refused = fault(401, "AuthenticationRequired", "Invalid identifier or password");
  if (password.length > MAX_PASSWORD) return refused;
  const agent = await call.host.findLogin(identifier.trim().toLowerCase().replace(/^@/, ""));
  if (agent === undefined) return refused;
  const grant = await call.host.agent(agent.did).createSession({ password, ip: call.ip });
  return grant.ok ? sessionView(call, grant.value) : grant.error;
};
