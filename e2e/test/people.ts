import { AtpAgent } from "@atproto/api";
import { colony } from "./colony.ts";
import { ask } from "./xrpc.ts";

/** Collections that no lexicon of the colony knows: taken as they are. */
export const NOTES = "org.example.note";

/** An account that signed up over XRPC, as any client does it, and is signed in. */
export interface Person {
  agent: AtpAgent;
  did: string;
  handle: string;
  password: string;
  /** Access token of the session `agent` began with. */
  token: string;
}

/** @param name 3 to 18 characters, used once in the whole run. */
export const signUp = async (name: string): Promise<Person> => {
  const agent = new AtpAgent({ service: colony().origin });
  const handle = `${name}.test`;
  const password = `${name} opens the door`;
  const { data } = await agent.createAccount({ handle, email: `${name}@example.com`, password });
  return { agent, did: data.did, handle, password, token: data.accessJwt };
};

/** What the admin gets for a new agent: its login. */
export interface Login {
  did: string;
  handle: string;
  password: string;
}

/** Provision an agent as the admin does. @throws Error with the colony's answer. */
export const provision = async (name: string, more: Record<string, string> = {}): Promise<Login> => {
  const { status, json } = await ask<Login>("/agents/create", { token: colony().adminKey, body: { name, ...more } });
  if (status !== 200) throw new Error(`/agents/create answers ${status}: ${JSON.stringify(json)}`);
  return json;
};

/** CID of the newest commit. */
export const headOf = async (did: string): Promise<{ cid: string; rev: string }> => {
  const { status, json } = await ask<{ cid: string; rev: string }>("com.atproto.sync.getLatestCommit", { params: { did } });
  if (status !== 200) throw new Error(`getLatestCommit answers ${status}: ${JSON.stringify(json)}`);
  return json;
};

/** The account's signing key as did:key, from the PLC directory. @throws Error when the DID has none. */
export const signingKeyOf = async (did: string): Promise<string> => {
  const response = await fetch(`${colony().plcUrl}/${did}/data`);
  const data = (await response.json()) as { verificationMethods?: { atproto?: string } };
  if (data.verificationMethods?.atproto === undefined) throw new Error(`${did} has no signing key: ${JSON.stringify(data)}`);
  return data.verificationMethods.atproto;
};
