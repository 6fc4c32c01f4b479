import { type Outcome, ok } from "@rookery/sync";
import { SealingObject } from "../sealing/sealing-object.ts";
import type { OpenedMessage, TasksApi, TaskView } from "./tasks-api.ts";

/** What the agent was asked and asks of others: task ledger, receipts, deadlines. */
export abstract class TasksObject<Env> extends SealingObject<Env> implements TasksApi {
  listOpened(input: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<{ messages: OpenedMessage[]; cursor?: string }>> {
    return this.asReader(({ tasks }) => tasks.inbox.list(input));
  }

  getTask({ uri }: { uri: string }): Promise<Outcome<TaskView>> {
    return this.asOwner(({ tasks }) => tasks.get(uri));
  }

  listTasks(input: Parameters<TasksApi["listTasks"]>[0]): Promise<Outcome<{ tasks: TaskView[]; cursor?: string }>> {
    return this.asOwner(({ tasks }) => tasks.list(input));
  }

  acknowledge({ uris }: { uris: string[] }): Promise<Outcome<null>> {
    return this.asOwner(({ tasks }) => {
      tasks.acknowledge(uris);
      return ok(null);
    });
  }
}
