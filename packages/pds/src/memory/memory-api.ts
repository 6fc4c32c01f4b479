/** What the agent remembers. Part of the agent's RPC surface. */
export interface MemoryApi {}
