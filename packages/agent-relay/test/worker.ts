/** The relay as tests run it: settings come from the object's name, the clock and the wakes from `controls`. */
import {
  DEFAULT_LIMITS, RelayObject, type AgentWaker, type CrawlSettings, type ListingRule, type LogFollower, type RelayFaultPoint, type RelayLimits, type RetentionLimits,
} from "../src/index.ts";
import { controlsOf, type Settings } from "./controls.ts";
import { FakeHost } from "./fake-host.ts";
import { TestNetwork } from "./test-network.ts";
import { TestPeer } from "./test-peer.ts";
import { TestUpstream } from "./test-upstream.ts";
import { listingRule } from "./listing.ts";

export interface Env {
  RELAY: DurableObjectNamespace<TestRelay>;
  NETWORK: DurableObjectNamespace<TestNetwork>;
  PEER: DurableObjectNamespace<TestPeer>;
  HOST: DurableObjectNamespace<FakeHost>;
  UPSTREAM: DurableObjectNamespace<TestUpstream>;
}

export { FakeHost, TestNetwork, TestPeer, TestUpstream };

export class TestRelay extends RelayObject<Env> {
  protected override limits(): RelayLimits {
    return { ...DEFAULT_LIMITS, ...settingsOf(this.ctx).limits };
  }

  protected override retention(): RetentionLimits {
    return { ...super.retention(), ...settingsOf(this.ctx).retention };
  }

  protected override seqFloor(bornAt: number): number {
    return settingsOf(this.ctx).seqFloor === true ? super.seqFloor(bornAt) : 0;
  }

  protected override waker(): AgentWaker {
    const controls = controlsOf(nameOf(this.ctx));
    return {
      wake: async (did, seq) => {
        controls.wakes.push({ did, seq });
        if (controls.wakeFails) throw new Error("agent is away");
      },
    };
  }

  protected override crawling(): CrawlSettings {
    const controls = controlsOf(nameOf(this.ctx));
    return {
      crawlers: settingsOf(this.ctx).crawlers ?? [],
      hostname: "colony.example.org",
      fetch: async (request) => {
        controls.asked.push(`${new URL(request.url).origin} ${await request.clone().text()}`);
        return controls.crawlAnswer(request);
      },
    };
  }

  protected override listing(): ListingRule {
    return listingRule;
  }

  protected override follower(): LogFollower | undefined {
    if (settingsOf(this.ctx).followed !== true) return undefined;
    return { advance: (news) => this.env.NETWORK.get(this.env.NETWORK.idFromName(nameOf(this.ctx))).advance(news) };
  }

  protected override now(): number {
    return Date.now() + controlsOf(nameOf(this.ctx)).clockAhead;
  }

  protected override fault(point: RelayFaultPoint): void {
    const controls = controlsOf(nameOf(this.ctx));
    if (controls.faultAt !== point) return;
    controls.faultAt = undefined;
    throw new Error(`injected: ${point}`);
  }
}

const nameOf = (ctx: DurableObjectState) => ctx.id.name ?? "";

/** A named boundary: names are made by relayFor. */
const settingsOf = (ctx: DurableObjectState) => JSON.parse(nameOf(ctx)) as Settings;

export default {
  fetch: () => new Response("the tests talk to the object itself", { status: 404 }),
} satisfies ExportedHandler<Env>;
