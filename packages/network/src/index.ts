import { AgentObject, type AgentPorts, faultPoint } from "@rookery/pds";
import { type AgentWaker, DEFAULT_LIMITS, type RelayFaultPoint, type RelayLimits, RelayObject } from "@rookery/agent-relay";
import { configOf } from "./config.ts";
import { door } from "./door/door.ts";
import type { Env, WakeMessage } from "./env.ts";
import { hostOf, provisioningOf } from "./host/host.ts";
import { agentStub, relayStub } from "./host/stubs.ts";
import { consume } from "./queue.ts";

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

/** The relay's Durable Object, given a way to wake recipients: RPC now, and the queue as the second waker. */
export class Relay extends RelayObject<Env> {
  protected override limits(): RelayLimits {
    const { LOG_MAX_AGE_MS, LOG_MAX_BYTES } = this.env;
    return {
      ...DEFAULT_LIMITS,
      ...(LOG_MAX_AGE_MS === undefined ? {} : { maxAgeMs: Number(LOG_MAX_AGE_MS) }),
      ...(LOG_MAX_BYTES === undefined ? {} : { maxBytes: Number(LOG_MAX_BYTES) }),
    };
  }

  protected override fault(point: RelayFaultPoint): void {
    faultPoint(this.env.FAULT, point);
  }

  protected override waker(): AgentWaker {
    return {
      wake: async (did, seq) => {
        await Promise.allSettled([agentStub(this.env, did).wake(), this.env.DELIVERY.send({ recipient: did, seq })]);
      },
    };
  }
}

export default {
  fetch: (request, env) => door(request, env),
  queue: (batch, env) => consume(batch, env),
  scheduled: (_event, env) => provisioningOf(hostOf(env)).sweep(),
} satisfies ExportedHandler<Env, WakeMessage>;
