import { MAX_OLD_PASSWORD } from "../../credentials/limits.ts";
import { type Handler, fault } from "../call.ts";
import { sessionView } from "./session-view.ts";

interface Input {
  identifier: string;
  password: string;
  allowTakendown?: boolean;
}

/**
 * How long a refusal takes at least, in milliseconds (the reference's): whether there is such an account is told neither by
 * what is answered nor by when.
 */
const REFUSAL_MS = 350;

/** What a person signs in with is written in many ways; a DID in one. */
const normalise = (identifier: string): string => {
  const text = identifier.trim();
  return text.startsWith("did:") ? text : text.toLowerCase().replace(/^@/, "");
};

/** com.atproto.server.createSession. One answer for a wrong password and for an unknown account. */
export const createSession: Handler = async (call) => {
  const { identifier, password, allowTakendown = false } = call.input as Input;
  if (password.length > MAX_OLD_PASSWORD) return fault(401, "AuthenticationRequired", "Password too long. Consider resetting your password.");
  const began = Date.now();
  const named = normalise(identifier);
  const agent = await call.host.findLogin(named);
  const by = named.includes("@") ? "mail" : "name";
  const grant = agent && (await call.host.agent(agent.did).createSession({ password, ip: call.ip, by, allowTakendown }));
  if (grant?.ok) return sessionView(call, grant.value);
  if (grant !== undefined && grant.error.name !== "AuthenticationRequired") return grant.error;
  await scheduler.wait(Math.max(0, REFUSAL_MS - (Date.now() - began)));
  return fault(401, "AuthenticationRequired", "Invalid identifier or password");
};
