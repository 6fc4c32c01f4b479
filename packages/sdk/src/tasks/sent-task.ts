import type { Progress } from "../backend.ts";
import type { ContentInput } from "../content.ts";
import { at, type Deadline, momentOf } from "../deadline.ts";
import type { IncomingOf } from "../message.ts";
import type { Receipt, ReceiptOptions } from "../receipts.ts";
import type { ReceiptKind } from "../options.ts";
import type { Sent } from "../transport.ts";
import { canceled, closed, expired, notYet, outcomeOf, type TaskOutcome } from "./outcome.ts";
import { CANCEL_MS, LOOK_MS, MAX_QUESTIONS, WAIT_MS } from "./settings.ts";

/** What a sent task needs of the agent. */
export interface SentTaskPorts {
  /** Tell the worker that it is taken back. */
  cancel(task: SentTask, reason: string | undefined): Promise<void>;
  /** What the agent's own engine knows: asked when the time is over. */
  settled(task: SentTask): Promise<TaskOutcome | undefined>;
  progress(task: SentTask, signal: AbortSignal): AsyncGenerator<Progress>;
  receipt(task: SentTask, kind: ReceiptKind, options: ReceiptOptions | undefined): Promise<Receipt>;
  /** Answer what the worker asks for; absent where nobody does. */
  answer?: (question: IncomingOf<"response">) => void | Promise<void>;
  /** Called once, when it is over. */
  onEnd(task: SentTask): void;
}

/** A request that was sent, and ways to follow what becomes of it. */
export class SentTask implements Sent {
  /** at-uri of the request: the task's id. */
  readonly uri: string;
  readonly cid: string;
  /** When it is expired, in ms since 1970, if ever. */
  readonly deadline: number | undefined;
  readonly #ports: SentTaskPorts;
  readonly #over = new AbortController();
  readonly #end: Promise<TaskOutcome>;
  #settle: (outcome: TaskOutcome) => void = () => {};
  #state = "submitted";
  /** at-uris of what was asked and is answered: the same may be shown again. */
  readonly #questions = new Set<string>();
  readonly #callOff: () => void = () => {};
  #canceling: Promise<void> | undefined;

  constructor({ uri, cid }: Sent, deadline: number | undefined, ports: SentTaskPorts) {
    this.uri = uri;
    this.cid = cid;
    this.deadline = deadline;
    this.#ports = ports;
    this.#end = new Promise((resolve) => (this.#settle = resolve));
    if (deadline !== undefined) this.#callOff = at(deadline, () => void this.#expire());
  }

  /** As the worker said last. */
  get state(): string {
    return this.#state;
  }

  /**
   * What became of it. Never fails for what a worker does or does not do, and always answers: at the latest when the time to
   * wait is over, with `final: false` if the task goes on.
   * @param options `deadline`: until when to wait; until the task's own when absent, or for five minutes when it has none.
   */
  result({ deadline }: { deadline?: Deadline } = {}): Promise<TaskOutcome> {
    // The task's own deadline decides by itself.
    if (deadline === undefined && this.deadline !== undefined) return this.#end;
    return new Promise((resolve) => {
      const callOff = at(deadline === undefined ? Date.now() + WAIT_MS : momentOf(deadline), () => void this.#look().then((known) => resolve(known ?? notYet())));
      void this.#end.then((outcome) => {
        callOff();
        resolve(outcome);
      });
    });
  }

  /** What became of it, however long that takes. */
  get ended(): Promise<TaskOutcome> {
    return this.#end;
  }

  /** Take it back. @returns what became of it: it may have been completed before the worker heard of it. @throws ColonyError when that cannot be sent. */
  async cancel(reason?: string): Promise<TaskOutcome> {
    if (!this.#over.signal.aborted) await (this.#canceling ??= this.#cancel(reason));
    return this.#end;
  }

  async #cancel(reason: string | undefined): Promise<void> {
    try {
      await this.#ports.cancel(this, reason);
    } catch (error) {
      // It may be tried again.
      this.#canceling = undefined;
      throw error;
    }
    void this.#end.then(at(Date.now() + CANCEL_MS, () => this.settle(canceled())));
  }

  /** Where it is, as the worker tells; ends with the task. What was told while nobody listened is lost, but for the last. */
  get progress(): AsyncIterable<Progress> {
    return this.#ports.progress(this, this.#over.signal);
  }

  /** Wait for a receipt that was asked for with `receipt`; says when there is none. @throws ColonyError for a handle in `from` that leads nowhere. */
  receipt(kind: ReceiptKind, options?: ReceiptOptions): Promise<Receipt> {
    return this.#ports.receipt(this, kind, options);
  }

  /** A response that counts. */
  take(response: IncomingOf<"response">): void {
    if (this.#over.signal.aborted) return;
    const { state } = response.record;
    this.#state = state;
    const outcome = outcomeOf(response);
    if (outcome !== undefined) this.settle(outcome);
    else if (state === "input-required" && !this.#questions.has(response.uri) && this.#questions.size < MAX_QUESTIONS) {
      this.#questions.add(response.uri);
      void this.#ports.answer?.(response);
    }
  }

  /** It is over; what comes later is not looked at. */
  settle(outcome: TaskOutcome): void {
    if (this.#over.signal.aborted) return;
    this.#state = outcome.state;
    this.#callOff();
    this.#over.abort();
    this.#settle(outcome);
    this.#ports.onEnd(this);
  }

  /** Nobody is here any more to wait for it; the task goes on. */
  leave(): void {
    this.settle(closed());
  }

  async #expire(): Promise<void> {
    this.settle((await this.#look()) ?? expired());
  }

  /** It may have been done in time, and be on its way. */
  async #look(): Promise<TaskOutcome | undefined> {
    const known = await inTime(this.#ports.settled(this));
    if (known !== undefined) this.settle(known);
    return known;
  }
}

/** What is answered soon; undefined when nothing is, or it fails. */
const inTime = <T>(asked: Promise<T | undefined>): Promise<T | undefined> =>
  new Promise((resolve) => {
    const callOff = at(Date.now() + LOOK_MS, () => resolve(undefined));
    void asked.catch(() => undefined).then((answer) => {
      callOff();
      resolve(answer);
    });
  });

/** Answers what a worker asks for in the middle of a task. */
export type AnswerInput = (question: IncomingOf<"response">) => ContentInput | Promise<ContentInput>;
