import { faultPoint } from "@rookery/pds";
import { type AgentWaker, type CrawlSettings, type ListingRule, type LogFollower, type RelayFaultPoint, type RelayLimits, RelayObject } from "@rookery/agent-relay";
import { configOf } from "../config.ts";
import { listingRule } from "../directory/listing-rule.ts";
import type { Env } from "../env.ts";
import { agentWaker } from "../host/agent-waker.ts";
import { crawlSettings } from "../host/crawlers.ts";
import { relayLimits } from "../host/relay-limits.ts";
import { startedAt } from "../host/started-at.ts";
import { networkStub } from "../host/stubs.ts";

/** The relay's Durable Object, given a way to wake recipients. */
export class Relay extends RelayObject<Env> {
  protected override limits(): RelayLimits {
    return relayLimits(this.env);
  }

  protected override fault(point: RelayFaultPoint): void {
    faultPoint(this.env.FAULT, point);
  }

  protected override startedAt(): number {
    return startedAt(this.env, this.now());
  }

  protected override waker(): AgentWaker {
    return agentWaker(this.env, "colony");
  }

  protected override crawling(): CrawlSettings {
    return crawlSettings(configOf(this.env));
  }

  protected override listing(): ListingRule {
    return listingRule;
  }

  protected override follower(): LogFollower | undefined {
    // Without a relay view nobody reads there: the network's relay then looks at this log only when a message from outside asks for it.
    return this.env.RELAY_HOSTNAME ? { advance: (news) => networkStub(this.env).advance(news) } : undefined;
  }
}
