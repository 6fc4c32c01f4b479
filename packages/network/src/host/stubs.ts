import type { AgentApi } from "@rookery/pds";
import type { Env } from "../env.ts";

/**
 * An agent's Durable Object. Always keyed by DID, and made nowhere else: objects keyed by anything else would be
 * phantoms. Callers hold a DID that the registry knows.
 */
export const agentStub = (env: Env, did: string): AgentApi => {
  return env.AGENT.get(env.AGENT.idFromName(did));
};

/** The colony's one relay. */
export const relayStub = (env: Env) => env.RELAY.get(env.RELAY.idFromName("relay"));
