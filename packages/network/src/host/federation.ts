import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import type { Colony } from "../federation/colony.ts";
import type { ColonyKey } from "../federation/colony-key.ts";
import type { CardSource } from "../federation/own-card.ts";
import { NonceStore } from "../federation/nonce-store.ts";
import { PeerStore } from "../federation/peer-store.ts";
import { PolicyStore } from "../federation/policy-store.ts";
import { UpkeepTimes } from "../federation/upkeep-times.ts";
import { collectionsOf } from "../federation/collections.ts";
import { resolverOf } from "./dids.ts";
import { identityOf } from "./master-key.ts";
import { outsideOf } from "./outside.ts";
import { networkStub, peerStub, upstreamStub } from "./stubs.ts";

const build = (env: Env): Colony => {
  const { hostDid, origin, isLoopback, peering, dohUrl } = configOf(env);
  let key: Promise<ColonyKey> | undefined;
  return {
    did: hostDid,
    origin,
    allowLoopback: isLoopback,
    key: () =>
      (key ??= identityOf(env).catch((error: unknown) => {
        key = undefined;
        throw error;
      })),
    // Foreign handles are looked up with it too, in DNS where the operator says.
    fetch: outsideOf(env, dohUrl === undefined ? [] : [dohUrl]),
    resolve: resolverOf(env),
    peers: new PeerStore(env.DB),
    nonces: new NonceStore(env.DB),
    policy: new PolicyStore(env.DB, peering),
    upkeepTimes: new UpkeepTimes(env.DB),
    listening: {
      collections: collectionsOf(env.RELAY_COLLECTIONS),
      peer: (host) => peerStub(env, host),
      upstream: (url) => upstreamStub(env, url),
      forgetHost: (host, keep) => networkStub(env).forgetHost(host, keep),
    },
    now: Date.now,
  };
};

/** What this colony says of itself. */
export const cardSourceOf = (env: Env): CardSource => {
  const { handleDomains, relayOrigin } = configOf(env);
  const { did, origin, key, policy, listening } = colonyOf(env);
  return { did, origin, key, policy, handleDomains, relay: relayOrigin, collections: listening.collections };
};

let built: { env: Env; colony: Colony } | undefined;

/** This isolate's colony, as federation sees it. */
export const colonyOf = (env: Env): Colony => {
  if (built?.env !== env) built = { env, colony: build(env) };
  return built.colony;
};
