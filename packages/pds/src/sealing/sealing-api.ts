/** What is sealed and opened inside the agent: sending, reading, sharing. Part of the agent's RPC surface. */
export interface SealingApi {}
