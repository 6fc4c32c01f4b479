import { type Outcome, fail, ok } from "@rookery/sync";
import { SealingObject } from "../sealing/sealing-object.ts";
import type { OpenedMessage, TasksApi, TaskView } from "./tasks-api.ts";

/** What the agent was asked and asks of others: task ledger, receipts, deadlines. */
export abstract class TasksObject<Env> extends SealingObject<Env> implements TasksApi {
  listOpened(input: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<{ messages: OpenedMessage[]; cursor?: string }>> {
    return this.with(async ({ inbox }) => {
      const page = await inbox.list(input);
      return page.ok ? ok({ ...page.value, messages: page.value.messages.map((message) => ({ ...message, sealed: false })) }) : page;
    });
  }

  getTask({ uri }: { uri: string }): Promise<Outcome<TaskView>> {
    return this.with(() => fail(400, "TaskNotFound", `No such task: ${uri}`));
  }

  listTasks(_input: { role?: string; isOpen?: boolean; limit: number; cursor?: string }): Promise<Outcome<{ tasks: TaskView[]; cursor?: string }>> {
    return this.with(() => ok({ tasks: [] }));
  }

  acknowledge(_input: { uris: string[] }): Promise<Outcome<null>> {
    return this.with(() => ok(null));
  }
}
