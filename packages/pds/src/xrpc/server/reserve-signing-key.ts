import { type Handler, answer, json } from "../call.ts";

/** com.atproto.server.reserveSigningKey: a key that an account to come will sign with, the same each time for one DID. */
export const reserveSigningKey: Handler = async ({ input, host }) => {
  const { did } = input as { did?: string };
  return answer(await host.identity.reserveSigningKey(did), (signingKey) => json({ signingKey }));
};
