import { addressOf } from "@rookery/envelope";
import { ADMIN_KEY } from "../crash/colony.ts";
import { ask, type Failure } from "./xrpc.ts";

/** An agent that speaks plain XRPC. */
export interface Caller {
  origin: string;
  did: string;
  token: string;
}

/** Provision an agent and sign it in. @param more fields of agent.network.createAgent. */
export const callerAt = async (origin: string, name: string, more: Record<string, unknown> = {}): Promise<Caller> => {
  const made = await ask<{ did: string; handle: string; password: string } & Failure>("agent.network.createAgent", { origin, token: ADMIN_KEY, body: { name, ...more } });
  if (made.status !== 200) throw new Error(`createAgent answers ${made.status}: ${made.json.message}`);
  const { did, handle: identifier, password } = made.json;
  const session = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { origin, body: { identifier, password } });
  return { origin, did, token: session.json.accessJwt };
};

/** A procedure that has to succeed. @throws Error with the colony's answer. */
export const call = async <T>({ origin, token }: Caller, method: string, body: unknown): Promise<T> => {
  const { status, json } = await ask<T & Failure>(method, { origin, token, body });
  if (status !== 200) throw new Error(`${method} answers ${status}: ${json?.error} ${json?.message}`);
  return json;
};

/** A procedure that has to be refused: the name of the error. */
export const refusalOf = async ({ origin, token }: Caller, method: string, body: unknown): Promise<string> => {
  const { status, json } = await ask(method, { origin, token, body });
  return status === 200 ? "done" : json.error;
};

/** A record as everybody sees it. */
export const recordAt = async (origin: string, uri: string): Promise<{ cid: string; value: Record<string, unknown> }> => {
  const { repo, collection, rkey } = addressOf(uri);
  const { status, json } = await ask<{ cid: string; value: Record<string, unknown> } & Failure>("com.atproto.repo.getRecord", { origin, params: { repo, collection, rkey } });
  if (status !== 200) throw new Error(`getRecord answers ${status}: ${json.message}`);
  return json;
};

/** at-uris of a collection's records. */
export const urisIn = async ({ origin, did }: Caller, collection: string): Promise<string[]> => {
  const { json } = await ask<{ records: { uri: string }[] }>("com.atproto.repo.listRecords", { origin, params: { repo: did, collection } });
  return json.records.map(({ uri }) => uri);
};

/** The newest commit: what has changed when it is another. */
export const commitOf = async ({ origin, did }: Caller): Promise<string> => (await ask<{ cid: string }>("com.atproto.sync.getLatestCommit", { origin, params: { did } })).json.cid;

/** What reached somebody, by at-uri. */
export const arrivedAt = async ({ origin, token }: Caller): Promise<{ uri: string; action: string }[]> =>
  (await ask<{ messages: { uri: string; action: string }[] }>("agent.comms.listInbox", { origin, token, params: { limit: "100" } })).json.messages;
