import { faultPoint } from "@rookery/pds";
import { type AgentWaker, type ListingRule, type NetworkFaultPoint, type NetworkPorts, NetworkRelayObject, type RelayLimits } from "@rookery/agent-relay";
import { listingRule } from "../directory/listing-rule.ts";
import type { Env } from "../env.ts";
import { agentWaker } from "../host/agent-waker.ts";
import { relayLimits } from "../host/relay-limits.ts";
import { standingOf } from "../host/standing.ts";
import { startedAt } from "../host/started-at.ts";
import { agentStub, relayStub } from "../host/stubs.ts";

/** The Durable Object behind the relay view, given the colony's relay and a way to wake recipients. */
export class NetworkRelay extends NetworkRelayObject<Env> {
  protected override limits(): RelayLimits {
    return relayLimits(this.env);
  }

  protected override fault(point: NetworkFaultPoint): void {
    faultPoint(this.env.FAULT, point);
  }

  protected override startedAt(): number {
    return startedAt(this.env, this.now());
  }

  protected override waker(): AgentWaker {
    return agentWaker(this.env, "network");
  }

  protected override listing(): ListingRule {
    return listingRule;
  }

  protected override ports(): NetworkPorts {
    return {
      colony: {
        readLog: (input) => relayStub(this.env).readLog(input),
        listRepos: (input) => relayStub(this.env).listRepos(input),
      },
      standing: (did) => standingOf(agentStub(this.env, did)),
    };
  }
}
