import { AgentObject, type AgentPorts } from "@rookery/pds";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { relayStub } from "../host/stubs.ts";

/** An agent's Durable Object, given the colony's relay, keys and settings. */
export class Agent extends AgentObject<Env> {
  protected override ports(): AgentPorts {
    const config = configOf(this.env);
    const relay = () => relayStub(this.env);
    return {
      relay: {
        ingest: (rows) => relay().ingest(rows),
        pull: (input) => relay().pull(input),
        acknowledge: (input) => relay().acknowledge(input),
      },
      masterKey: config.masterKey,
      plcUrl: config.plcUrl,
      origin: config.origin,
      rateLimits: config.rateLimits,
      deleteBlobs: (keys) => this.env.BLOBS.delete(keys),
      ...(config.fault === undefined ? {} : { fault: config.fault }),
    };
  }
}
