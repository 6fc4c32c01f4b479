import { faultPoint } from "@rookery/pds";
import { type AgentWaker, DEFAULT_LIMITS, type RelayFaultPoint, type RelayLimits, RelayObject } from "@rookery/agent-relay";
import type { Env } from "../env.ts";
import { agentStub } from "../host/stubs.ts";

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
