import { SealError } from "@rookery/envelope";
import { type AgentCommsDefsError, MAX_HOPS, nextHop } from "@rookery/lexicon-agent-comms";
import { mayTakeOn } from "@rookery/messaging";
import { ColonyError } from "../colony-error.ts";
import { type ContentInput, toContent } from "../content.ts";
import { at } from "../deadline.ts";
import { sleep } from "../follow/backoff.ts";
import { Job, type JobPorts, type Order } from "./job.ts";
import { RefusedError, TaskStoppedError } from "./refused-error.ts";
import { CONCURRENCY, MAX_QUEUED, MAX_REASON, MAX_REMEMBERED } from "./settings.ts";

/** Does a task: what it returns is the result. Throws RefusedError for what it will not do; anything else thrown is a failure. */
export type RequestHandler = (job: Job) => ContentInput | void | Promise<ContentInput | void>;

/** One handler for everything, or one for each capability. */
export type RequestHandlers = RequestHandler | Record<string, RequestHandler>;

/** How tasks are worked on. */
export interface WorkerOptions {
  /** How many at the same time; 4 unless told otherwise. */
  concurrency?: number;
}

/** How a task ended. */
export interface Ending {
  state: "completed" | "failed" | "rejected";
  output?: ContentInput;
  error?: AgentCommsDefsError;
  hopCount: number;
}

/** What the worker needs of the agent. */
export interface WorkerPorts extends JobPorts {
  did: string;
  /** Whether the task is still to be done, as far as is kept: neither ended, nor somebody else's. */
  isOpen(order: Order): Promise<boolean>;
  /** Tell the requester. @param rkey the same whenever the same is told again, so that it is told once. */
  end(order: Order, ending: Ending, rkey: string): Promise<void>;
  /** A record key that sorts after all before it. */
  nextRkey(): string;
  /** Nothing more is done about it here. */
  close(order: Order): void;
  /** See when the requester takes tasks back. @returns a function that stops. */
  watchCancels(see: (request: string, author: string) => void): () => void;
  onError: (error: unknown) => void;
}

/** Told when nothing is left to be done about a task here. @param isOver false where it was not this that has seen to it: it was stopped, or is at work already. */
type Done = (isOver: boolean) => void;

interface Running {
  order: Order;
  stop: AbortController;
}

/** Programs without types come this way, too. */
const isHandlers = (handlers: unknown): boolean => typeof handlers === "function" || (typeof handlers === "object" && handlers !== null && Object.values(handlers).every((one) => typeof one === "function"));

/** Pause before what could not be told is tried again, in ms. */
const RETRY_MS = 1000;

/** Does tasks: a few at a time, each once as far as is kept, until its deadline. */
export class Worker {
  readonly #handlers: RequestHandlers;
  readonly #ports: WorkerPorts;
  readonly #concurrency: number;
  readonly #queue: { order: Order; done: Done }[] = [];
  readonly #running = new Map<string, Running>();
  /** at-uris of tasks that are taken, or were finished here; used longest ago first. */
  readonly #known = new Set<string>();
  #room: (() => void)[] = [];
  #unwatch: (() => void) | undefined;

  constructor(handlers: RequestHandlers, ports: WorkerPorts, { concurrency = CONCURRENCY }: WorkerOptions = {}) {
    if (!isHandlers(handlers)) throw new TypeError("Not a handler: give a function, or one for each capability");
    if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`Not a number of tasks: ${concurrency}`);
    this.#handlers = handlers;
    this.#ports = ports;
    this.#concurrency = concurrency;
  }

  /**
   * Take a task. @returns when there is room for the next: at once, as long as the queue is not full.
   */
  async take(order: Order, done: Done): Promise<void> {
    if (this.#known.has(order.uri)) {
      done(false);
      return;
    }
    this.#unwatch ??= this.#ports.watchCancels((request, author) => this.#cancel(request, author));
    this.#remember(order.uri);
    while (this.#queue.length >= MAX_QUEUED) await new Promise<void>((resolve) => this.#room.push(resolve));
    // Closed while it waited.
    if (!this.#known.has(order.uri)) {
      done(false);
      return;
    }
    this.#queue.push({ order, done });
    this.#next();
  }

  /** Stop all that is at work; none of it is answered. */
  close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    for (const { done } of this.#queue.splice(0)) done(false);
    this.#known.clear();
    for (const { stop } of this.#running.values()) stop.abort(new TaskStoppedError("closed"));
    for (const wake of this.#room.splice(0)) wake();
  }

  #next(): void {
    while (this.#running.size < this.#concurrency) {
      // The most urgent first; of equals, the one that came first.
      const [first] = this.#queue.toSorted((a, b) => urgency(b.order) - urgency(a.order));
      if (first === undefined) return;
      this.#queue.splice(this.#queue.indexOf(first), 1);
      this.#room.shift()?.();
      const stop = new AbortController();
      this.#running.set(first.order.uri, { order: first.order, stop });
      void this.#run(first.order, stop).finally(() => {
        this.#running.delete(first.order.uri);
        first.done(!wasClosed(stop.signal));
        this.#next();
      });
    }
  }

  async #run(order: Order, stop: AbortController): Promise<void> {
    const { deadline } = order.source.record;
    const callOff = deadline === undefined ? () => {} : at(Date.parse(deadline), () => stop.abort(new TaskStoppedError("expired")));
    try {
      if (!(await this.#persist(stop.signal, () => this.#ports.isOpen(order)))) return;
      await this.#tell(order, await this.#endingOf(order, stop.signal), this.#ports.nextRkey(), stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) this.#ports.onError(error);
    } finally {
      callOff();
      this.#ports.close(order);
      if (wasClosed(stop.signal)) this.#known.delete(order.uri);
    }
  }

  /** Tell the requester how it ended; that there is no result, where the one there is cannot be sent. */
  async #tell(order: Order, ending: Ending, rkey: string, signal: AbortSignal): Promise<void> {
    try {
      // What came too late, or was taken back or handed over, is not said.
      await this.#persist(signal, async () => {
        if (await this.#ports.isOpen(order)) await this.#ports.end(order, ending, rkey);
      });
    } catch (error) {
      if (signal.aborted || ending.output === undefined) throw error;
      this.#ports.onError(error);
      await this.#tell(order, { hopCount: ending.hopCount, state: "failed", error: internal("The result could not be sent: ", error) }, rkey, signal);
    }
  }

  /** Until it works, or the task is of no use any more: a result is not lost because nobody answered for a moment. */
  async #persist<T>(signal: AbortSignal, what: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        return await what();
      } catch (error) {
        if (!mayPass(error, attempt)) throw error;
        this.#ports.onError(error);
        await sleep(RETRY_MS * Math.min(attempt, 30), signal);
      }
    }
  }

  async #endingOf(order: Order, signal: AbortSignal): Promise<Ending> {
    const hopCount = nextHop({ hopCount: order.source.record.hopCount ?? 0 });
    if (hopCount === undefined) return { state: "rejected", hopCount: MAX_HOPS, error: { code: "hop-limit", message: "Too many agents have answered each other on the way here" } };
    const taken = mayTakeOn(order.source, this.#ports.did);
    if (!taken.ok) return { state: "rejected", hopCount, error: { code: taken.code, message: taken.message } };
    const { capability } = order.source.record;
    // Only of what was given: a stranger names it.
    const handler = typeof this.#handlers === "function" ? this.#handlers : capability !== undefined && Object.hasOwn(this.#handlers, capability) ? this.#handlers[capability] : undefined;
    if (handler === undefined) {
      const known = typeof this.#handlers === "function" ? [] : Object.keys(this.#handlers);
      return { state: "rejected", hopCount, error: { code: "unsupported", message: `Nothing here does ${capability ?? "a task without a capability"}; what is done here: ${known.join(", ")}`.slice(0, MAX_REASON) } };
    }
    try {
      const output = await Promise.race([handler(new Job(order, signal, this.#ports)), stopped(signal)]);
      return { state: "completed", hopCount, ...(output === undefined ? {} : { output: toContent(output) }) };
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof RefusedError) return { state: "rejected", hopCount, error: { code: error.code, message: error.message.slice(0, MAX_REASON) } };
      this.#ports.onError(error);
      return { state: "failed", hopCount, error: internal("", error) };
    }
  }

  /** Only its requester takes a task back. */
  #cancel(request: string, author: string): void {
    const running = this.#running.get(request);
    if (running?.order.requester === author) running.stop.abort(new TaskStoppedError("canceled"));
    const queued = this.#queue.findIndex(({ order }) => order.uri === request && order.requester === author);
    if (queued >= 0) this.#queue.splice(queued, 1)[0]?.done(true);
  }

  #remember(uri: string): void {
    this.#known.add(uri);
    const [oldest] = this.#known;
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}

const wasClosed = ({ reason }: AbortSignal): boolean => reason instanceof TaskStoppedError && reason.why === "closed";

const urgency = ({ source }: Order): number => source.record.priority ?? 3;

const stopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Tries of what cannot be sealed: the host of whom it is for may be away for a moment, or will never have a key. */
const SEAL_TRIES = 8;

const mayPass = (error: unknown, attempt: number): boolean => (error instanceof ColonyError ? error.isOutage || error.status === 429 : error instanceof SealError && attempt < SEAL_TRIES);

const internal = (what: string, error: unknown): AgentCommsDefsError => ({ code: "internal", message: `${what}${error instanceof Error ? error.message : String(error)}`.slice(0, MAX_REASON) });
