import { type AgentWaker, type ListingRule, NetworkRelayObject, type RelayLimits } from "@rookery/agent-relay";
import { listingRule } from "../directory/listing-rule.ts";
import type { Env } from "../env.ts";
import { agentWaker } from "../host/agent-waker.ts";
import { relayLimits } from "../host/relay-limits.ts";

/** The Durable Object behind the relay view, given the colony's relay and a way to wake recipients. */
export class NetworkRelay extends NetworkRelayObject<Env> {
  protected override limits(): RelayLimits {
    return relayLimits(this.env);
  }

  protected override listing(): ListingRule {
    return listingRule;
  }

  protected override waker(): AgentWaker {
    return agentWaker(this.env, "network");
  }
}
