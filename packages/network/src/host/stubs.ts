import type { AgentApi } from "@rookery/pds";
import type { Env } from "../env.ts";

/**
 * An agent's Durable Object. Always keyed by DID, and made nowhere else: objects keyed by anything else would be
 * phantoms. Callers hold a DID that the registry knows.
 */
export const agentStub = (env: Env, did: string): AgentApi => {
  const stub = env.AGENT.get(env.AGENT.idFromName(did));
  // RPC promises resolve to the same values; the stub type wraps them (named boundary: Workers RPC).
  return stub as unknown as AgentApi;
};

/** The colony's one relay. */
export const relayStub = (env: Env) => env.RELAY.get(env.RELAY.idFromName("relay"));
