import { type AgentWaker, NetworkRelayObject, type RelayLimits } from "@rookery/agent-relay";
import type { Env } from "../env.ts";
import { agentWaker } from "../host/agent-waker.ts";
import { relayLimits } from "../host/relay-limits.ts";

/** The Durable Object behind the relay view, given the colony's relay and a way to wake recipients. */
export class NetworkRelay extends NetworkRelayObject<Env> {
  protected override limits(): RelayLimits {
    return relayLimits(this.env);
  }

  protected override waker(): AgentWaker {
    return agentWaker(this.env, "network");
  }
}
