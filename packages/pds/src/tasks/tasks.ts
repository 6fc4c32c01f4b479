import { type Messaging, reportOf } from "@rookery/messaging";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import { Arrivals } from "./arrivals.ts";
import { Deadlines } from "./deadlines.ts";
import { openEngine } from "./engine.ts";
import { Mail } from "./mail.ts";
import { OpenedInbox } from "./opened-inbox.ts";
import { OutgoingMail } from "./outgoing.ts";
import { Receipts } from "./receipts.ts";
import type { TasksApi, TaskView } from "./tasks-api.ts";

/** Everything about opened mail and tasks of one agent: `state.tasks`. It holds nothing that is not in storage. */
export class Tasks {
  readonly arrivals: Arrivals;
  readonly receipts: Receipts;
  readonly inbox: OpenedInbox;
  readonly outgoing: OutgoingMail;
  readonly #state: AgentState;
  readonly #engine: Messaging;
  readonly #deadlines: Deadlines;

  constructor(state: AgentState) {
    this.#state = state;
    this.#engine = openEngine(state);
    const mail = new Mail(state.sql, state.vault);
    this.arrivals = new Arrivals(state, this.#engine, mail);
    this.receipts = new Receipts(state, this.#engine);
    this.inbox = new OpenedInbox(state, this.#engine, mail, this.arrivals);
    this.outgoing = new OutgoingMail(state, this.#engine, mail);
    this.#deadlines = new Deadlines(state, this.#engine, this.arrivals);
  }

  /** The alarm's turn of job "tasks". */
  job(): Promise<JobResult> {
    return this.#deadlines.job();
  }

  /** Errors: `TaskNotFound` (400). */
  get(uri: string): Outcome<TaskView> {
    const found = this.#engine.task(uri);
    return found === undefined ? fail(400, "TaskNotFound", `No such task: ${uri.slice(0, 600)}`) : ok(reportOf(found.task));
  }

  /** Last changed first. Errors: `InvalidRequest` (400) for a cursor that is not ours. */
  list({ role, isOpen, limit, cursor }: Parameters<TasksApi["listTasks"]>[0]): Outcome<{ tasks: TaskView[]; cursor?: string }> {
    const [time, uri] = cursor?.split(" ") ?? [];
    if (cursor !== undefined && (uri === undefined || !/^\d{1,15}$/.test(time ?? ""))) return fail(400, "InvalidRequest", `Malformed cursor: ${cursor.slice(0, 40)}`);
    const isAfter = ({ updatedAt, standing }: { updatedAt: number; standing: { uri: string } }) => uri === undefined || updatedAt < Number(time) || (updatedAt === Number(time) && standing.uri < uri);
    const all = this.#engine.tasks().filter((one) => (role === undefined || one.task.role === role) && (isOpen === undefined || one.isOpen === isOpen) && isAfter(one.task));
    const page = all.slice(0, limit).map(({ task }) => task);
    const last = page.at(-1);
    const more = last === undefined || all.length <= limit ? {} : { cursor: `${last.updatedAt} ${last.standing.uri}` };
    return ok({ tasks: page.map(reportOf), ...more });
  }

  /** Messages were acted upon. */
  acknowledge(uris: string[]): void {
    const { storage, scheduler } = this.#state;
    try {
      storage.transactionSync(() => {
        for (const uri of uris) this.#engine.processed(uri);
      });
    } catch (error) {
      scheduler.load();
      throw error;
    }
  }
}
