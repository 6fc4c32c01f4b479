import type { DeliveryApi } from "@rookery/agent-relay";
import { AgentObject, type AgentPorts, type DeliveryPort } from "@rookery/pds";
import { configOf } from "../config.ts";
import { recordsOf } from "../directory/records.ts";
import type { Env } from "../env.ts";
import { directoryPorts } from "../host/directory.ts";
import { identityDeskOf } from "../host/identity.ts";
import { outsideOf } from "../host/outside.ts";
import { networkStub, relayStub } from "../host/stubs.ts";
import { Registry } from "../registry/registry.ts";
import { directoryPort } from "../identity/directory-port.ts";
import { workersAiEmbedder } from "../memory/workers-ai-embedder.ts";

/** An agent's Durable Object, given the colony's relay, keys and settings. */
export class Agent extends AgentObject<Env> {
  protected override ports(): AgentPorts {
    const config = configOf(this.env);
    return {
      directory: directoryPort(identityDeskOf(this.env)),
      registry: new Registry(this.env.DB),
      relay: { ingest: (rows) => relayStub(this.env).ingest(rows), noteStanding: (note) => relayStub(this.env).noteStanding(note) },
      sources: {
        colony: deliveriesOf(() => relayStub(this.env)),
        network: deliveriesOf(() => networkStub(this.env)),
      },
      records: {
        keysOf: (did) => recordsOf(directoryPorts(this.env)).keysOf(did),
        prove: (uri) => recordsOf(directoryPorts(this.env)).prove(uri),
        proof: (uri) => recordsOf(directoryPorts(this.env)).proof(uri),
      },
      masterKey: config.masterKey,
      plcUrl: config.plcUrl,
      outside: outsideOf(this.env, [`${config.plcUrl}/`]),
      origin: config.origin,
      rateLimits: config.rateLimits,
      inboxPolicy: config.inboxPolicy,
      deleteBlobs: (keys) => this.env.BLOBS.delete(keys),
      ...(this.env.AI === undefined ? {} : { embedder: workersAiEmbedder(this.env.AI) }),
      ...(config.fault === undefined ? {} : { fault: config.fault }),
    };
  }
}

/** A relay as an agent sees it. The stub is made for each call: one that broke stays broken. */
const deliveriesOf = (relay: () => Pick<DeliveryApi, keyof DeliveryPort>): DeliveryPort => ({
  pull: (input) => relay().pull(input),
  acknowledge: (input) => relay().acknowledge(input),
  park: (input) => relay().park(input),
  unpark: (input) => relay().unpark(input),
});
