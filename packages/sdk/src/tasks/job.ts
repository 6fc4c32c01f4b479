import type { AgentCommsDefsBudget } from "@rookery/lexicon-agent-comms";
import type { TaskSource } from "@rookery/messaging";
import type { Progress } from "../backend.ts";
import { type Content, type ContentInput, jsonOf, textOf } from "../content.ts";
import type { StrongRef } from "../message.ts";
import type { RequestFields, SendOptions } from "../options.ts";
import type { SentTask } from "./sent-task.ts";

/** A task that this agent is to do, however it came. */
export interface Order extends StrongRef {
  /** DID of the requester. */
  requester: string;
  sealed: boolean;
  input: Content;
  /** The request, or the handoff that brought it. */
  source: TaskSource;
}

/** What goes along with a task that is handed over. */
export interface HandoffDetails {
  /** In words, for the next worker and the requester. */
  reason?: string;
  /** What the next worker needs to read. Those of this agent's own that are sealed are granted to it along with the task. */
  records?: StrongRef[];
  /** What was found out since, beside the task's own input. */
  input?: ContentInput;
}

/** Whether another agent has taken a task over. */
export type HandoffResult = { accepted: true } | { accepted: false; reason: string };

/** What a job needs of the worker. */
export interface JobPorts {
  progress(order: Order, progress: Progress): void;
  ask(order: Order, question: ContentInput, signal: AbortSignal): Promise<Content>;
  handoff(order: Order, to: string, details: HandoffDetails, signal: AbortSignal): Promise<HandoffResult>;
  delegate(order: Order, to: string, input: ContentInput, options: RequestFields & SendOptions): Promise<SentTask>;
}

/** A task at work: what a handler of `onRequest` is given. */
export class Job implements StrongRef {
  /** at-uri of the request: the task's id. */
  readonly uri: string;
  readonly cid: string;
  /** DID of the requester. */
  readonly from: string;
  /** Whether it was asked in confidence; it is answered so, then. */
  readonly sealed: boolean;
  readonly input: Content;
  readonly capability: string | undefined;
  readonly deadline: Date | undefined;
  readonly budget: AgentCommsDefsBudget | undefined;
  readonly priority: number;
  /** Aborted when the requester takes the task back, or its deadline passes: what is done after that is of no use. */
  readonly signal: AbortSignal;
  readonly #order: Order;
  readonly #ports: JobPorts;

  constructor(order: Order, signal: AbortSignal, ports: JobPorts) {
    const { capability, deadline, budget, priority = 3 } = order.source.record;
    this.uri = order.uri;
    this.cid = order.cid;
    this.from = order.requester;
    this.sealed = order.sealed;
    this.input = order.input;
    this.capability = capability;
    this.deadline = deadline === undefined ? undefined : new Date(deadline);
    this.budget = budget;
    this.priority = priority;
    this.signal = signal;
    this.#order = order;
    this.#ports = ports;
  }

  /** All text of the input. */
  text(): string {
    return textOf(this.input);
  }

  /** The first JSON value of the input; to be checked like anything that a stranger sent. @throws TypeError when there is none. */
  json(): unknown {
    return jsonOf(this.input);
  }

  /** Tell the requester where it is. Never fails, and is not waited for: who reads too late sees the last. @param progress a number is percent, a string is text. */
  progress(progress: number | string | Progress): void {
    this.#ports.progress(this.#order, typeof progress === "number" ? { percent: Math.min(100, Math.max(0, Math.round(progress))) } : typeof progress === "string" ? { text: progress } : progress);
  }

  /** Ask the requester for something that is needed to go on, and wait for it. @throws TaskStoppedError when the task ends meanwhile. */
  ask(question: ContentInput): Promise<Content> {
    return this.#ports.ask(this.#order, question, this.signal);
  }

  /**
   * Offer the task to another agent. Once it has accepted, the task is its: nothing that the handler returns is sent then.
   * @throws TaskStoppedError when the task ends meanwhile. @throws SealError @throws ColonyError
   */
  handoff(to: string, details: HandoffDetails = {}): Promise<HandoffResult> {
    return this.#ports.handoff(this.#order, to, details, this.signal);
  }

  /**
   * Ask another agent for a part of it: with no later deadline and no more budget than the task has, one step deeper.
   * @throws RefusedError when the requester does not let it be passed on, or it has gone around enough.
   */
  request(to: string, input: ContentInput, options: RequestFields & SendOptions = {}): Promise<SentTask> {
    return this.#ports.delegate(this.#order, to, input, options);
  }
}
