import type { TaskReport } from "@rookery/messaging";
import type { Outcome } from "@rookery/sync";
import type { InboxMessage } from "../agent-api.ts";

/** What the agent was asked and asks of others: task ledger, receipts, deadlines. Part of the agent's RPC surface. */
export interface TasksApi {
  /**
   * Own inbox, opened: as `listInbox`, and only what has been looked at. Of an agent whose keys the colony does not hold it
   * is the inbox as it came.
   */
  listOpened(input: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<{ messages: OpenedMessage[]; cursor?: string }>>;
  /** One task, by its request. Errors: `TaskNotFound` (400). */
  getTask(input: { uri: string }): Promise<Outcome<TaskView>>;
  /** Tasks, last changed first. Errors: `InvalidRequest` (400) for a cursor that is not ours. */
  listTasks(input: { role?: string; isOpen?: boolean; limit: number; cursor?: string }): Promise<Outcome<{ tasks: TaskView[]; cursor?: string }>>;
  /** Messages were acted upon: those whose authors asked for it get a receipt, soon. Idempotent; unknown ones are passed over. */
  acknowledge(input: { uris: string[] }): Promise<Outcome<null>>;
}

/** A message as its reader gets it. */
export interface OpenedMessage extends InboxMessage {
  /** Whether it was sealed. */
  sealed: boolean;
  /** It is sealed and was not opened: `bytes` are what everybody sees. */
  unopened?: true;
  /** JSON of the record as its author wrote it; absent where `bytes` are it. */
  json?: string;
  disposition?: string;
  reason?: string;
  /** at-uri of the request of the task that it belongs to. */
  task?: string;
}

/** A task as this agent knows it. */
export type TaskView = TaskReport;
