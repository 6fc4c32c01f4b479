import { UpstreamObject, type UpstreamPorts } from "@rookery/agent-relay";
import { COMMS_ROOT, recipientsOf } from "@rookery/lexicon-agent-comms";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { mayDeliver } from "../federation/admit.ts";
import { didsOf } from "../host/dids.ts";
import { colonyOf } from "../host/federation.ts";
import { outsideOf } from "../host/outside.ts";
import { networkStub } from "../host/stubs.ts";
import { Registry } from "../registry/registry.ts";

/** The Durable Object of a common relay or Jetstream, given DIDs, the registry, the colony's policy and the network's relay. */
export class Upstream extends UpstreamObject<Env> {
  protected override ports(): UpstreamPorts {
    const { env } = this;
    const registry = new Registry(env.DB);
    return {
      prefix: `${COMMS_ROOT}.`,
      allowLoopback: configOf(env).isLoopback,
      resolveDid: (did, fresh) => didsOf(env).resolve(did, { fresh }),
      localOf: (dids) => registry.activeAmong(dids),
      recipientsOf,
      mayDeliver: (author, host) => mayDeliver(colonyOf(env), author, host),
      network: { deliver: (records) => networkStub(env).deliver(records) },
    };
  }

  /** Authors' hosts are where their DID documents say, which strangers write. */
  protected override fetcher() {
    return outsideOf(this.env);
  }
}
