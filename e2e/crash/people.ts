import { insist } from "./client.ts";
import { ADMIN_KEY } from "./colony.ts";

/** An agent that is signed in. */
export interface Agent {
  name: string;
  did: string;
  handle: string;
  password: string;
  token: string;
}

/**
 * Provision an agent as the admin and sign it in; called again with the same name, it answers the same agent. Unless its keys
 * are hosted, nobody but the test writes to its repository.
 */
export const provision = async (origin: string, name: string, keys: "hosted" | "self" = "self"): Promise<Agent> => {
  const how = { token: ADMIN_KEY, body: { name, keys }, headers: { "idempotency-key": `make ${name}` } };
  const { json } = await insist<{ did: string; handle: string; password: string }>(origin, "/agents/create", how);
  return { name, ...json, token: await signIn(origin, json) };
};

/** @returns An access token. */
export const signIn = async (origin: string, { handle, password }: { handle: string; password: string }): Promise<string> => {
  const { json } = await insist<{ accessJwt: string }>(origin, "com.atproto.server.createSession", { body: { identifier: handle, password } });
  return json.accessJwt;
};

/** The account's signing key as did:key, from the PLC directory. */
export const signingKeyOf = async (plcUrl: string, did: string): Promise<string> => {
  const { json } = await insist<{ verificationMethods: { atproto: string } }>(plcUrl, `/${did}/data`);
  return json.verificationMethods.atproto;
};
