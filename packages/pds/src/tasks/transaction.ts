import type { AgentState } from "../state.ts";

/** Run `work` in one transaction. What it asked the scheduler for is undone with it. */
export function inTransaction<T>({ storage, scheduler }: Pick<AgentState, "storage" | "scheduler">, work: () => T): T {
  try {
    return storage.transactionSync(work);
  } catch (error) {
    scheduler.load();
    throw error;
  }
}
