import type { AgentWaker } from "@rookery/agent-relay";
import type { SourceName } from "@rookery/pds";
import type { Env } from "../env.ts";
import { agentStub } from "./stubs.ts";

/** How a relay wakes recipients, saying which one it is: RPC now, and the queue as the second waker. */
export const agentWaker = (env: Env, source: SourceName): AgentWaker => ({
  wake: async (did, seq) => {
    await Promise.allSettled([agentStub(env, did).wake({ source }), env.DELIVERY.send({ recipient: did, seq, source })]);
  },
});
