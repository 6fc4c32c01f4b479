import { type Handler, isFault, json } from "../call.ts";
import { ownAgent } from "../repo-access.ts";

/** com.atproto.server.getSession */
export const getSession: Handler = async (call) => {
  const agent = await ownAgent(call);
  if (isFault(agent)) return agent;
  const [account, didDoc] = await Promise.all([agent.stub.getAccount(), call.host.didDocument(agent.did)]);
  if (!account.ok) return account.error;
  const { did, handle, email, active, status } = account.value;
  return json({ did, handle, email, emailConfirmed: false, didDoc, active, status });
};
