import { type Handler, answer, empty, invalid } from "../call.ts";

/** com.atproto.admin.updateAccountSigningKey, which the reference lacks: the account signs with a key that was reserved here. */
export const updateAccountSigningKey: Handler = async ({ input, host }) => {
  const { did, signingKey } = input as { did: string; signingKey: string };
  if ((await host.find(did)) === undefined) return invalid(`Account not found: ${did}`);
  return answer(await host.identity.setSigningKey(did, signingKey), () => empty());
};
