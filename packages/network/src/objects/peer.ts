import { PEER_LIMITS, PeerObject, type PeerFaultPoint, type PeerLimits, type PeerPorts } from "@rookery/agent-relay";
import { faultPoint } from "@rookery/pds";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { didsOf } from "../host/dids.ts";
import { outsideOf } from "../host/outside.ts";
import { networkStub } from "../host/stubs.ts";
import { userAgentOf } from "../host/user-agent.ts";
import { Registry } from "../registry/registry.ts";
import { hintsOf } from "../federation/hints.ts";

/** The Durable Object that listens to one peer host, given DIDs and the network's relay. */
export class Peer extends PeerObject<Env> {
  protected override ports(): PeerPorts {
    const { env } = this;
    return {
      resolveDid: (did, fresh) => didsOf(env).resolve(did, { fresh }),
      network: { ingest: (batch) => networkStub(env).ingest(batch), deliver: (records) => networkStub(env).deliver(records), delivered: (author) => networkStub(env).delivered(author) },
      deliveriesOf: hintsOf,
      localOf: (dids) => new Registry(env.DB).activeAmong(dids),
    };
  }

  protected override limits(): PeerLimits {
    const { UPKEEP_MS } = this.env;
    return UPKEEP_MS ? { ...PEER_LIMITS, resync: { ...PEER_LIMITS.resync, suspicionMs: Number(UPKEEP_MS) } } : PEER_LIMITS;
  }

  protected override allowLoopback(): boolean {
    return configOf(this.env).isLoopback;
  }

  /** Hosts tell their admins who listens, and recognise the relays that they asked to crawl. */
  protected override request() {
    const userAgent = userAgentOf(this.env);
    const ask = outsideOf(this.env);
    return (url: string, init: RequestInit) => {
      const headers = new Headers(init.headers);
      headers.set("user-agent", userAgent);
      return ask(url, { ...init, headers });
    };
  }

  protected override fault(point: PeerFaultPoint): void {
    faultPoint(this.env.FAULT, point);
  }
}
