import type { AgentApi } from "@rookery/pds";
import type { Env } from "../env.ts";

/**
 * An agent's Durable Object. Always keyed by DID, and made nowhere else: objects keyed by anything else would be
 * phantoms. Callers hold a DID that the registry knows.
 */
export const agentStub = (env: Env, did: string): AgentApi => {
  // The stub's own type is too deep for the compiler; that the class has these methods is checked where it implements them.
  const stub: unknown = env.AGENT.get(env.AGENT.idFromName(did));
  return stub as AgentApi;
};

/** The colony's one relay. */
export const relayStub = (env: Env) => env.RELAY.get(env.RELAY.idFromName("relay"));

/** The one object behind the relay view. */
export const networkStub = (env: Env) => env.NETWORK.get(env.NETWORK.idFromName("network"));

/** The object that listens to one host, by its name (with a port when it has one), as in requestCrawl. */
export const peerStub = (env: Env, host: string) => env.PEER.get(env.PEER.idFromName(host));

/** The object that listens to a common relay or Jetstream, by the URL of its stream. */
export const upstreamStub = (env: Env, url: string) => env.UPSTREAM.get(env.UPSTREAM.idFromName(url));
