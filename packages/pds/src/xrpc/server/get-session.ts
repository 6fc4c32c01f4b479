import { type Handler, invalid, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";
import { documentForSession } from "./document-for-session.ts";

/** com.atproto.server.getSession */
export const getSession: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const [account, didDoc] = await Promise.all([agent.stub.getAccount(), documentForSession(call.host, agent.did)]);
  if (!account.ok) return account.error;
  const { did, handle, email, emailConfirmedAt, active, status } = account.value;
  // A session that is older than the takedown (the reference's answer).
  if (status === "takendown" || status === "suspended") return invalid(`Could not find user info for account: ${did}`);
  return json({ did, handle, email, emailConfirmed: emailConfirmedAt !== undefined, didDoc, active, status });
};
