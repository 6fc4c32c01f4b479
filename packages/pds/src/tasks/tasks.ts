import { type Messaging, reportOf } from "@rookery/messaging";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import { Arrivals } from "./arrivals.ts";
import { Deadlines } from "./deadlines.ts";
import { openEngine } from "./engine.ts";
import { LEAVE_LOOK } from "./limits.ts";
import { Mail } from "./mail.ts";
import { OpenedInbox } from "./opened-inbox.ts";
import { OutgoingMail } from "./outgoing.ts";
import { Receipts } from "./receipts.ts";
import type { TasksApi, TaskView } from "./tasks-api.ts";
import { inTransaction } from "./transaction.ts";

/** Everything about opened mail and tasks of one agent: `state.tasks`. It holds nothing that is not in storage. */
export class Tasks {
  readonly arrivals: Arrivals;
  readonly receipts: Receipts;
  readonly inbox: OpenedInbox;
  readonly outgoing: OutgoingMail;
  readonly #state: AgentState;
  readonly #engine: Messaging;
  readonly #mail: Mail;
  readonly #deadlines: Deadlines;

  constructor(state: AgentState) {
    this.#state = state;
    this.#engine = openEngine(state);
    const mail = new Mail(state.sql, state.vault);
    this.#mail = mail;
    this.arrivals = new Arrivals(state, this.#engine, mail);
    this.receipts = new Receipts(state, this.#engine);
    this.inbox = new OpenedInbox(state, this.#engine, mail, this.arrivals);
    this.outgoing = new OutgoingMail(state, this.#engine, mail);
    this.#deadlines = new Deadlines(state, this.#engine, this.arrivals);
  }

  /** The alarm's turn of job "tasks". */
  job(): Promise<JobResult> {
    return this.arrivals.isHosted ? this.#deadlines.job() : this.#leave();
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
    inTransaction(this.#state, () => {
      for (const uri of uris) this.#engine.processed(uri);
    });
  }

  /**
   * The owner holds the keys. Tasks are kept where those are, from now on; what was opened here goes with the last key that opened
   * it, which is when it would not be opened any more.
   */
  async #leave(): Promise<JobResult> {
    const { sealing } = this.#state;
    if (sealing.custody !== "self") return undefined;
    const isOver = ((await sealing.keyring())?.state.keys.length ?? 0) === 0;
    inTransaction(this.#state, () => {
      this.#engine.clear();
      if (isOver) this.#mail.clear();
    });
    return isOver ? undefined : { again: LEAVE_LOOK };
  }
}
