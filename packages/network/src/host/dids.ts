import { DidCache, didResolver } from "@rookery/sync";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { outsideOf } from "./outside.ts";

let made: { env: Env; cache: DidCache } | undefined;

/**
 * DID documents, remembered by this isolate: for peers' accounts and colonies. A colony on loopback also resolves the
 * `did:web` of its neighbours there; any other refuses them.
 */
export const didsOf = (env: Env): DidCache => {
  if (made?.env !== env) made = { env, cache: new DidCache(resolverOf(env)) };
  return made.cache;
};

/** The same without memory: asks the directories every time. The PLC directory is where the operator says; hosts of `did:web` are where strangers say. */
export const resolverOf = (env: Env): ReturnType<typeof didResolver> => {
  const { plcUrl, isLoopback } = configOf(env);
  return didResolver({ plcUrl, allowLoopback: isLoopback, fetch: outsideOf(env, [`${plcUrl}/`]) });
};
