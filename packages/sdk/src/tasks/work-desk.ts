import { ids, isFinal, isTaskState } from "@rookery/lexicon-agent-comms";
import type { Backend, Progress, TaskView } from "../backend.ts";
import { type Content, type ContentInput, toContent } from "../content.ts";
import { ColonyError } from "../colony-error.ts";
import type { Mail } from "../mail.ts";
import type { IncomingOf } from "../message.ts";
import type { RequestFields, SendOptions } from "../options.ts";
import type { Post } from "../post.ts";
import type { HandoffDetails, HandoffResult, Order } from "./job.ts";
import { Budgets } from "./pass-on.ts";
import type { Requests } from "./requests.ts";
import type { SentTask } from "./sent-task.ts";
import { PROGRESS_GAP_MS } from "./settings.ts";
import type { Ending, WorkerPorts } from "./worker.ts";

/** What the worker's side needs of the agent. */
export interface WorkDeskPorts {
  did: string;
  backend: Backend;
  post: Post;
  mail: Mail;
  requests: Requests;
  didOf: (actor: string) => Promise<string>;
  onError: (error: unknown) => void;
}

/** Refusals of what is said about a task that is over. */
const OVER = new Set(["TaskEnded", "NotResponsible"]);

/** What a worker says to requesters and to other workers, as records. */
export class WorkDesk implements WorkerPorts {
  readonly #ports: WorkDeskPorts;
  /** What is still to be told, by at-uri of the request: the newest alone. */
  readonly #progress = new Map<string, { order: Order; progress: Progress }>();
  #telling = false;
  readonly #budgets = new Budgets();

  constructor(ports: WorkDeskPorts) {
    this.#ports = ports;
  }

  get did(): string {
    return this.#ports.did;
  }

  readonly onError = (error: unknown): void => this.#ports.onError(error);

  watchCancels(see: (request: string, author: string) => void): () => void {
    return this.#ports.mail.watch([ids.AgentCommsCancel, ids.AgentCommsRequest], (incoming) => {
      if (incoming.kind === "cancel") see(incoming.record.request.uri, incoming.author);
      // A request that is deleted is taken back as well.
      if (incoming.kind === "retraction") see(incoming.uri, incoming.author);
    });
  }

  async isOpen(order: Order): Promise<boolean> {
    const view = await this.#viewOf(order);
    if (view === undefined || view.role !== "worker") return false;
    const isElsewhere = view.handoff?.state === "accepted" && view.handoff.to !== this.#ports.did;
    return !isElsewhere && !(isTaskState(view.state) && isFinal(view.state));
  }

  nextRkey(): string {
    return this.#ports.post.nextRkey();
  }

  async end(order: Order, { state, output, error, hopCount }: Ending, rkey: string): Promise<void> {
    this.#progress.delete(order.uri);
    // Who has begun can only fail.
    const hasBegun = state === "rejected" && (await this.#viewOf(order))?.state !== "submitted";
    try {
      await this.#respond(order, hasBegun ? "failed" : state, output, { hopCount, ...(error === undefined ? {} : { error }) }, rkey);
    } catch (thrown) {
      // It ended, or went to another, just now: there is nothing to be said any more.
      if (!(thrown instanceof ColonyError && OVER.has(thrown.error))) throw thrown;
    }
  }

  progress(order: Order, progress: Progress): void {
    this.#progress.set(order.uri, { order, progress });
    if (!this.#telling) void this.#tell();
  }

  async ask(order: Order, question: ContentInput, signal: AbortSignal): Promise<Content> {
    signal.throwIfAborted();
    const { mail, post } = this.#ports;
    const rkey = post.nextRkey();
    const asked = post.uriOf(ids.AgentCommsResponse, rkey);
    const answered = mail.first([ids.AgentCommsMessage], (incoming) => (incoming.kind === "message" && incoming.author === order.requester && incoming.sealed === order.sealed && incoming.record.thread?.parent.uri === asked ? incoming.record.content : undefined), signal);
    await this.#respond(order, "input-required", question, {}, rkey);
    const content = await answered;
    if (content === undefined) throw signal.reason;
    await this.#respond(order, "working");
    return content;
  }

  async handoff(order: Order, to: string, details: HandoffDetails, signal: AbortSignal): Promise<HandoffResult> {
    signal.throwIfAborted();
    const { post, mail, did, didOf } = this.#ports;
    const next = await didOf(to);
    const rkey = post.nextRkey();
    const uri = post.uriOf(ids.AgentCommsHandoff, rkey);
    const answered = mail.first<IncomingOf<"handoffAnswer">>([ids.AgentCommsHandoffAnswer], (incoming) => (incoming.kind === "handoffAnswer" && incoming.author === next && incoming.record.handoff.uri === uri ? incoming : undefined), signal);
    const { reason, records = [], input } = details;
    const fields = {
      ...this.#budgets.handOver(order, did, next),
      to: next,
      request: { uri: order.uri, cid: order.cid },
      input: [...order.input, ...(input === undefined ? [] : toContent(input))],
      ...(reason === undefined ? {} : { reason }),
      ...(records.length === 0 ? {} : { records: records.map(({ uri: of, cid }) => ({ record: { uri: of, cid } })) }),
    };
    // Others' records the next worker has to be able to read already.
    const grants = order.sealed ? records.map(({ uri: of }) => of).filter((of) => of.startsWith(`at://${did}/`)) : [];
    await post.send(ids.AgentCommsHandoff, fields, { privacy: order.sealed ? "sealed" : "public", ...(grants.length === 0 ? {} : { grants }) }, rkey);
    const answer = await answered;
    if (answer === undefined) throw signal.reason;
    const { answer: said, reason: why, error } = answer.record;
    // Whoever reads the progress goes on with the next worker.
    if (said === "accepted") await this.#ports.backend.publishProgress(order.uri, {}, true).catch(() => undefined);
    return said === "accepted" ? { accepted: true } : { accepted: false, reason: why ?? error?.message ?? "It was declined, and nothing said of why" };
  }

  async delegate(order: Order, to: string, input: ContentInput, options: RequestFields & SendOptions): Promise<SentTask> {
    const { requests, didOf, did, post } = this.#ports;
    const worker = await didOf(to);
    const name = post.nextRkey();
    const terms = this.#budgets.promise(order, name, did, worker, options);
    try {
      const task = await requests.send(worker, input, { ...options, privacy: options.privacy ?? (order.sealed ? "sealed" : "public"), ...terms });
      void task.ended.then(({ spent }) => this.#budgets.settle(order, name, spent));
      return task;
    } catch (error) {
      this.#budgets.settle(order, name, {});
      throw error;
    }
  }

  close(order: Order): void {
    this.#budgets.close(order);
    this.#progress.delete(order.uri);
  }

  /** The worker's side of a task. */
  async #viewOf({ uri, requester }: Order): Promise<TaskView | undefined> {
    const { backend, did } = this.#ports;
    if (requester !== did) return backend.task(uri);
    // Of what an agent asks of itself, what is told is the requester's side, which hears of it later.
    return (await backend.openTasks()).find((view) => view.uri === uri);
  }

  async #respond(order: Order, state: string, output?: ContentInput, fields: Record<string, unknown> = {}, rkey?: string): Promise<void> {
    const record = { ...fields, request: { uri: order.uri, cid: order.cid }, state, ...(output === undefined ? {} : { output: toContent(output) }) };
    await this.#ports.post.send(ids.AgentCommsResponse, record, { privacy: order.sealed ? "sealed" : "public" }, rkey);
  }

  /** One after the other, and not more often than anybody reads. */
  async #tell(): Promise<void> {
    this.#telling = true;
    for (;;) {
      const [next] = this.#progress;
      if (next === undefined) break;
      const [uri, { progress }] = next;
      this.#progress.delete(uri);
      await this.#ports.backend.publishProgress(uri, progress, false).catch((error: unknown) => this.#ports.onError(error));
      await new Promise((resolve) => setTimeout(resolve, PROGRESS_GAP_MS));
    }
    this.#telling = false;
  }
}
