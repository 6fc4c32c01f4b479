import { type Call, type Handler, answer, empty, invalid, isAcceptable, isFault, ownAccount } from "@rookery/pds";
import type { Outcome } from "@rookery/sync";
import { envOf } from "../host/host.ts";
import { MailRegistry } from "./mail-registry.ts";

/**
 * Give an account another address: the registry first, which knows whether it is free, then the account. Cut off in between, the
 * same call again finishes it: what allowed it is void only with the last step.
 */
const changeEmail = async ({ host }: Call, did: string, email: string): Promise<Outcome<null>> => {
  const noted = await new MailRegistry(envOf(host).DB).setEmail(did, email);
  return noted.ok ? host.agent(did).setEmail({ email }) : noted;
};

/** com.atproto.server.updateEmail: with the token that was mailed, where the address so far is known to be the owner's. */
export const updateEmail: Handler = async (call) => {
  const { email, token } = call.input as { email: string; token?: string };
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  if (!isAcceptable(email)) return invalid("This email address is not supported, please use a different email.");
  const allowed = await agent.stub.checkEmailUpdate(token === undefined ? {} : { token });
  return allowed.ok ? answer(await changeEmail(call, agent.did, email), empty) : allowed.error;
};

/** com.atproto.admin.updateAccountEmail: by handle or DID, without a token. */
export const updateAccountEmail: Handler = async (call) => {
  const { account, email } = call.input as { account: string; email: string };
  const agent = await call.host.find(account);
  if (agent === undefined) return invalid(`Account does not exist: ${account}`);
  return answer(await changeEmail(call, agent.did, email), empty);
};

