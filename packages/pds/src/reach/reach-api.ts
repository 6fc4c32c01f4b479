/** Who reaches the agent and how it hears of it: inbox policy, sockets, webhooks, progress. Part of the agent's RPC surface. */
export interface ReachApi {}
