/** The agent's encryption keys: made, published, rotated, taken over by their owner. Part of the agent's RPC surface. */
export interface KeysApi {}
