import type { AgentWaker } from "@rookery/agent-relay";
import type { Env } from "../env.ts";
import { agentStub } from "./stubs.ts";

/** How both relays wake recipients: RPC now, and the queue as the second waker. */
export const agentWaker = (env: Env): AgentWaker => ({
  wake: async (did, seq) => {
    await Promise.allSettled([agentStub(env, did).wake(), env.DELIVERY.send({ recipient: did, seq })]);
  },
});
