import { at } from "../deadline.ts";
import type { Inbox } from "../inbox.ts";
import { type Incoming, type IncomingOf, toIncoming } from "../message.ts";
import type { Order } from "./job.ts";
import { answerHandoff, type HandoffHandler } from "./offers.ts";
import { RefusedError } from "./refused-error.ts";
import { requesterOf } from "./requests.ts";
import { WorkDesk, type WorkDeskPorts } from "./work-desk.ts";
import { type RequestHandlers, Worker, type WorkerOptions } from "./worker.ts";

/** What the desk needs of the agent. */
export interface TaskDeskPorts extends WorkDeskPorts {
  inbox: Inbox;
}

const decline: HandoffHandler = () => {
  throw new RefusedError("Takes no tasks over", "declined");
};

/** Where tasks for this agent arrive: by a request, or by a handoff. */
export class TaskDesk {
  readonly #ports: TaskDeskPorts;
  readonly #work: WorkDesk;
  #worker: Worker | undefined;
  #decide: HandoffHandler | undefined;
  /** Tasks that are not to be begun yet: what calls each off, by at-uri of the request. No more than the ledger holds. */
  readonly #later = new Map<string, () => void>();

  constructor(ports: TaskDeskPorts) {
    this.#ports = ports;
    this.#work = new WorkDesk(ports);
  }

  /** Whether something that arrived is worked on here. */
  works({ kind }: Incoming): boolean {
    return this.#worker !== undefined && (kind === "request" || kind === "handoff");
  }

  /** @returns a function that stops. @throws Error when there is a handler already. */
  work(handlers: RequestHandlers, options: WorkerOptions): () => void {
    if (this.#worker !== undefined) throw new Error("There is a handler of requests already: stop it first, or give one handler for each capability");
    const worker = new Worker(handlers, this.#work, options);
    this.#worker = worker;
    void this.#resume(worker).catch((error: unknown) => this.#ports.onError(error));
    const unwatch = this.#work.watchCancels((request) => this.#forget(request));
    const stop = this.#ports.mail.listen((incoming) => this.#see(worker, incoming));
    return () => {
      stop();
      unwatch();
      this.#stop(worker);
      if (this.#worker === worker) this.#worker = undefined;
    };
  }

  /** @returns a function that stops. @throws Error when there is a handler already. */
  decide(handler: HandoffHandler): () => void {
    if (this.#decide !== undefined) throw new Error("There is a handler of handoffs already: stop it first");
    this.#decide = handler;
    return () => {
      if (this.#decide === handler) this.#decide = undefined;
    };
  }

  close(): void {
    if (this.#worker !== undefined) this.#stop(this.#worker);
  }

  #stop(worker: Worker): void {
    worker.close();
    for (const request of [...this.#later.keys()]) this.#forget(request);
  }

  /** It is not waited for any more. */
  #forget(request: string): void {
    this.#later.get(request)?.();
    this.#later.delete(request);
  }

  async #see(worker: Worker, incoming: Incoming): Promise<void> {
    if (incoming.disposition !== "accepted") return;
    if (incoming.kind === "request") return this.#take(worker, orderOf(incoming), incoming);
    if (incoming.kind !== "handoff" || incoming.record.to !== this.#ports.did) return;
    const order = await this.#takeOver(incoming);
    if (order !== undefined) await this.#take(worker, order, incoming);
  }

  /** What came before there was a handler, or was begun in an earlier run. */
  async #resume(worker: Worker): Promise<void> {
    const { backend, did, onError } = this.#ports;
    for (const { uri, handoff } of await backend.openTasks()) {
      try {
        const found = await backend.read(handoff?.to === did ? handoff.uri : uri);
        if (found !== undefined && this.#worker === worker) await this.#see(worker, toIncoming({ ...found, action: "create", seq: 0, receivedAt: new Date().toISOString() }, found.sealed));
      } catch (error) {
        // Another may be readable.
        onError(error);
      }
    }
  }

  async #take(worker: Worker, order: Order, incoming: IncomingOf<"request"> | IncomingOf<"handoff">): Promise<void> {
    if (incoming.kind !== "request" || !this.#waits(worker, order, incoming)) await this.#hand(worker, order, incoming);
  }

  async #hand(worker: Worker, order: Order, incoming: IncomingOf<"request"> | IncomingOf<"handoff">): Promise<void> {
    const release = this.#ports.inbox.hold();
    await worker.take(order, (isOver) => {
      release();
      if (isOver && incoming.record.ackRequested?.processed === true) void this.#ports.backend.acknowledge([incoming.uri]).catch((error: unknown) => this.#ports.onError(error));
    });
  }

  /** Whether it is not to be begun yet. It waits beside the inbox, which goes on: after a restart it is among the open tasks. */
  #waits(worker: Worker, order: Order, incoming: IncomingOf<"request">): boolean {
    const { notBefore, deadline } = incoming.record;
    if (notBefore === undefined) return false;
    const [begin, end] = [Date.parse(notBefore), deadline === undefined ? Number.POSITIVE_INFINITY : Date.parse(deadline)];
    if (begin <= Date.now()) return false;
    if (this.#later.has(order.uri)) return true;
    this.#later.set(order.uri, at(Math.min(begin, end), () => {
      this.#later.delete(order.uri);
      // Else it is over before it may be begun.
      if (begin < end) void this.#hand(worker, order, incoming).catch(this.#ports.onError);
    }));
    return true;
  }

  /** The task, if it is this agent's now: an offer is answered once, also when it is shown again. */
  async #takeOver(incoming: IncomingOf<"handoff">): Promise<Order | undefined> {
    const { post, did, backend } = this.#ports;
    const { record, sealed, uri, cid, author } = incoming;
    const known = (await backend.task(record.request.uri))?.handoff;
    if (known?.uri === uri && known.state === "accepted") return { ...record.request, requester: requesterOf(record.request.uri), sealed, input: record.input ?? [], source: { uri, cid, author, record } };
    if (known?.uri !== uri || known.state !== "offered") return undefined;
    return answerHandoff(post, did, incoming, this.#decide ?? decline);
  }
}

const orderOf = ({ uri, cid, author, sealed, record }: IncomingOf<"request">): Order => ({ uri, cid, requester: author, sealed, input: record.input, source: { uri, cid, author, record } });
