import { ids, isFinal, isTaskState, replyTo } from "@rookery/lexicon-agent-comms";
import { addressOf } from "../at-uri.ts";
import type { Backend, TaskView } from "../backend.ts";
import { type Content, type ContentInput, toContent } from "../content.ts";
import { momentOf } from "../deadline.ts";
import type { Mail } from "../mail.ts";
import { type Incoming, type IncomingOf, toIncoming } from "../message.ts";
import type { ReceiptKind, RequestFields, SendOptions } from "../options.ts";
import type { Post } from "../post.ts";
import type { Receipts } from "../receipts.ts";
import { split } from "../sending.ts";
import type { Sent } from "../transport.ts";
import { canceled, expired, outcomeOf, type TaskOutcome } from "./outcome.ts";
import { progressOf } from "./progress.ts";
import { type AnswerInput, SentTask, type SentTaskPorts } from "./sent-task.ts";
import { MAX_WATCHED } from "./settings.ts";

/** What may be said of a request. */
export interface RequestOptions extends RequestFields, SendOptions {
  /** Answers what the worker asks for in the middle of the task. */
  answer?: AnswerInput;
}

/** What the requester's side needs of the agent. */
export interface RequestsPorts {
  backend: Backend;
  post: Post;
  mail: Mail;
  receipts: Receipts;
  didOf: (actor: string) => Promise<string>;
  onError: (error: unknown) => void;
}

type Response = IncomingOf<"response">;

/** What is watched for: from before the request is sent, so that no answer can be too quick. */
interface Watched {
  /** Whether it was asked in confidence; looked up for one of an earlier run, when that matters. */
  sealed: boolean | undefined;
  early: Response[];
  /** Which receipts were asked for; unknown of one of an earlier run. */
  asked?: readonly ReceiptKind[];
  task?: SentTask;
}

/** The tasks that this agent asks others to do. */
export class Requests {
  readonly #ports: RequestsPorts;
  /** By at-uri of the request; oldest first. */
  readonly #watched = new Map<string, Watched>();
  #watching = false;

  constructor(ports: RequestsPorts) {
    this.#ports = ports;
  }

  /** Ask another agent to do something. @throws SealError @throws ColonyError; nothing was sent then. */
  async send(to: string, input: ContentInput, { answer, ...options }: RequestOptions = {}): Promise<SentTask> {
    const { post, didOf, receipts } = this.#ports;
    const did = await didOf(to);
    if (options.receipt !== undefined) receipts.begin();
    const { fields, posting, parts } = split(options);
    const deadline = options.deadline === undefined ? undefined : momentOf(options.deadline);
    if (deadline !== undefined) fields["deadline"] = new Date(deadline).toISOString();
    const rkey = post.nextRkey();
    const uri = post.uriOf(ids.AgentCommsRequest, rkey);
    const watched = this.#watch(uri, post.privacyOf(posting) === "sealed");
    watched.asked = options.receipt ?? [];
    try {
      const sent = await post.send(ids.AgentCommsRequest, { ...fields, to: did, input: [...toContent(input), ...parts] }, posting, rkey);
      if (sent.uri === uri) return this.#begin(sent, deadline, watched, did, answer);
      // Asked before, under the same idempotencyKey: that is the task.
      this.#watched.delete(uri);
      return (await this.find(sent.uri, answer)) ?? this.#begin(sent, deadline, this.#watch(sent.uri, watched.sealed), did, answer);
    } catch (error) {
      this.#watched.delete(uri);
      throw error;
    }
  }

  /** A task that was sent before, by this process or another; undefined when nothing is known of it. @param uri of the request. */
  async find(uri: string, answer?: AnswerInput): Promise<SentTask | undefined> {
    const known = this.#watched.get(uri)?.task;
    if (known !== undefined) return known;
    const watched = this.#watch(uri, undefined);
    const view = await this.#ports.backend.task(uri).catch((error: unknown) => {
      this.#watched.delete(uri);
      throw error;
    });
    if (view === undefined || view.role !== "requester") {
      this.#watched.delete(uri);
      return undefined;
    }
    const task = this.#begin(view, view.deadline === undefined ? undefined : Date.parse(view.deadline), watched, view.peer, answer);
    const outcome = await this.#outcomeOf(view);
    if (outcome !== undefined) task.settle(outcome);
    return task;
  }

  /** Nobody waits any more: what was asked for goes on without this process. */
  close(): void {
    for (const { task } of [...this.#watched.values()]) task?.leave();
  }

  #watch(uri: string, sealed: boolean | undefined): Watched {
    if (!this.#watching) this.#ports.mail.watch([ids.AgentCommsResponse, ids.AgentCommsHandoff, ids.AgentCommsReceipt], (incoming) => this.#see(incoming));
    this.#watching = true;
    const watched: Watched = { sealed, early: [] };
    this.#watched.set(uri, watched);
    const [oldest] = this.#watched.keys();
    if (this.#watched.size > MAX_WATCHED && oldest !== undefined) this.#watched.delete(oldest);
    return watched;
  }

  #see(incoming: Incoming): void {
    if (incoming.kind === "response") this.#hear(incoming);
    // With a handoff counts what its next worker said before; a request that is refused is over without a response.
    else if (incoming.kind === "handoff" || (incoming.kind === "receipt" && incoming.record.status === "refused")) {
      const task = this.#watched.get(incoming.task ?? "")?.task;
      if (task !== undefined) void this.#catchUp(task).catch(this.#ports.onError);
    }
  }

  async #catchUp(task: SentTask): Promise<void> {
    const view = await this.#ports.backend.task(task.uri);
    const outcome = view && (await this.#outcomeOf(view));
    if (outcome !== undefined) return task.settle(outcome);
    const response = view && (await this.#newest(view));
    if (response !== undefined) task.take(response);
  }

  #hear(response: Response): void {
    // A request that was sealed again is answered under another address.
    const watched = this.#watched.get(response.task ?? response.record.request.uri);
    // What was asked in confidence is not answered by what anybody on the way could have written.
    if (watched === undefined || (watched.sealed === true && !response.sealed)) return;
    if (watched.task === undefined) watched.early.push(response);
    else watched.task.take(response);
  }

  #begin(sent: Sent, deadline: number | undefined, watched: Watched, worker: string, answer: AnswerInput | undefined): SentTask {
    const { backend, receipts, onError } = this.#ports;
    const ports: SentTaskPorts = {
      cancel: async (task, reason) => this.#cancel(task, worker, watched.sealed ?? (await this.#wasSealed(task)), reason),
      settled: async ({ uri }) => {
        const view = await backend.task(uri);
        return view && this.#outcomeOf(view);
      },
      progress: ({ uri }, signal) => progressOf(backend, uri, signal),
      receipt: ({ uri }, kind, options) => receipts.wait({ uri, ...(watched.asked === undefined ? {} : { asked: watched.asked }) }, kind, options),
      onEnd: ({ uri }) => void this.#watched.delete(uri),
      ...(answer === undefined ? {} : { answer: (question) => this.#answer(question, answer).catch(onError) }),
    };
    const task = new SentTask(sent, deadline, ports);
    watched.task = task;
    for (const response of watched.early.splice(0)) task.take(response);
    return task;
  }

  /** Where it cannot be told it was: nothing is said more openly than it may have been before. */
  async #wasSealed({ uri }: Sent): Promise<boolean> {
    return (await this.#ports.backend.read(uri).catch(() => undefined))?.sealed ?? true;
  }

  async #cancel({ uri, cid }: Sent, worker: string, sealed: boolean, reason: string | undefined): Promise<void> {
    const { backend, post } = this.#ports;
    // Whoever has it now: it may have been handed over.
    const to = (await backend.task(uri).catch(() => undefined))?.peer ?? worker;
    await post.send(ids.AgentCommsCancel, { to, request: { uri, cid }, ...(reason === undefined ? {} : { reason }) }, { privacy: sealed ? "sealed" : "public" });
  }

  async #answer(question: Response, answer: AnswerInput): Promise<void> {
    const content: Content = toContent(await answer(question));
    const { request } = question.record;
    const thread = { ...replyTo({ uri: question.uri, cid: question.cid }, {}), root: request };
    await this.#ports.post.send(ids.AgentCommsMessage, { to: [question.author], content, thread }, { privacy: question.sealed ? "sealed" : "public" });
  }

  /** The newest response that counted. */
  async #newest({ response }: TaskView): Promise<Response | undefined> {
    const found = response && (await this.#ports.backend.read(response.uri));
    if (found === undefined) return undefined;
    const { uri, cid, author, sealed, value } = found;
    const incoming = toIncoming({ uri, cid, author, value, action: "create", seq: 0, receivedAt: "" }, sealed);
    return incoming.kind === "response" ? incoming : undefined;
  }

  async #outcomeOf(view: TaskView): Promise<TaskOutcome | undefined> {
    const { state, error } = view;
    if (!isTaskState(state) || !isFinal(state)) return undefined;
    const response = await this.#newest(view);
    const outcome = response && outcomeOf(response);
    if (outcome?.state === state) return outcome;
    if (state === "completed") return undefined;
    if (state === "expired") return expired();
    if (state === "canceled") return canceled();
    return { state: state === "rejected" ? "rejected" : "failed", reason: error?.message ?? `The task ${state}`, final: true, ...(error === undefined ? {} : { error }) };
  }
}

/** Repository that holds a request: whose task it is. */
export const requesterOf = (uri: string): string => addressOf(uri).repo;
