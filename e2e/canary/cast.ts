import { connect, type ColonyAgent, type Incoming, memoryKeyStore } from "@rookery/sdk";
import { ADMIN_KEY } from "../crash/colony.ts";
import type { Login } from "../test/people.ts";
import { until } from "../test/until.ts";
import { ask } from "../test/xrpc.ts";

/** An agent that holds its own keys, and what reached it. */
export interface Keeper {
  agent: ColonyAgent;
  did: string;
  got: Incoming[];
}

/** @param origin of its colony. */
export const settleKeeper = async (origin: string, plcUrl: string, name: string): Promise<Keeper> => {
  const { status, json } = await ask<Login>("/agents/create", { origin, token: ADMIN_KEY, body: { name, keys: "self" } });
  if (status !== 200) throw new Error(`/agents/create answers ${status}: ${JSON.stringify(json)}`);
  const agent = await connect({ service: origin, identifier: json.did, password: json.password, plcUrl, inbox: { onError: () => undefined }, sealing: { store: memoryKeyStore() } });
  const keeper: Keeper = { agent, did: json.did, got: [] };
  agent.onMessage((incoming) => void keeper.got.push(incoming));
  return keeper;
};

/** Wait for a message that was sent to it, and demand that it was sealed and opens. */
export const receive = async (keeper: Keeper, { uri }: { uri: string }, within = 30_000): Promise<Extract<Incoming, { kind: "message" }>> => {
  const find = () => keeper.got.find((incoming) => incoming.uri === uri);
  await until(() => find() !== undefined, `${keeper.did} gets ${uri}`, within);
  const found = find();
  if (found?.kind !== "message" || !found.sealed) throw new Error(`${keeper.did} got ${uri} ${JSON.stringify(found)}`);
  return found;
};
