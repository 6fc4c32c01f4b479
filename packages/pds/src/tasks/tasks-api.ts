/** What the agent was asked and asks of others: task ledger, receipts, deadlines. Part of the agent's RPC surface. */
export interface TasksApi {}
