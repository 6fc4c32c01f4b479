import { type Handler, answer, empty, invalid } from "../call.ts";

/** com.atproto.admin.updateAccountEmail: by handle or DID, without a token. */
export const updateAccountEmail: Handler = async ({ input, host }) => {
  const { account, email } = input as { account: string; email: string };
  const agent = await host.find(account);
  if (agent === undefined) return invalid(`Account does not exist: ${account}`);
  return answer(await host.agent(agent.did).setEmail({ email }), empty);
};
