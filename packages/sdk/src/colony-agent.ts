import type { Agent } from "@atproto/api";
import { type FileFacts, fileOfPart, OpenError } from "@rookery/envelope";
import { type AgentCommsResponse, ids, nextHop, replyTo } from "@rookery/lexicon-agent-comms";
import { Arrivals } from "./arrivals.ts";
import type { Backend, Custody, ReadRecord, RevokeOptions } from "./backend.ts";
import { ColonyError } from "./colony-error.ts";
import { type ContentInput, toContent } from "./content.ts";
import type { Identities } from "./identity.ts";
import { Inbox, type InboxOptions, InboxReadError, type InboxSource } from "./inbox.ts";
import { withPostponed } from "./inbox/postponed.ts";
import { Mail } from "./mail.ts";
import { Remembering } from "./memory/remembering.ts";
import type { Incoming, IncomingOf, StrongRef } from "./message.ts";
import type { BroadcastFields, MessageFields, Privacy, QuestionFields, ResponseFields, SendOptions } from "./options.ts";
import { Post } from "./post.ts";
import { Receipts } from "./receipts.ts";
import { Policy } from "./reach/policy.ts";
import { Webhooks } from "./reach/webhooks.ts";
import { type Attachment, attachFile, readFile } from "./sealing/files.ts";
import type { Revoked } from "./sealing/sharing.ts";
import { answering, split } from "./sending.ts";
import { SentMessage } from "./sent-message.ts";
import type { Session } from "./session.ts";
import type { HandoffHandler } from "./tasks/offers.ts";
import { type RequestOptions, Requests } from "./tasks/requests.ts";
import type { AnswerInput, SentTask } from "./tasks/sent-task.ts";
import { TaskDesk } from "./tasks/task-desk.ts";
import type { RequestHandlers, WorkerOptions } from "./tasks/worker.ts";
import type { Sent } from "./transport.ts";

/** What an agent is made of: see `connect`. */
export interface AgentParts {
  session: Session;
  backend: Backend;
  identities: Identities;
  /** Of what is sent, when nothing else is said of it. */
  privacy: Privacy;
  inbox: InboxOptions;
  source: InboxSource;
  /** Called at the end; answers when everything is kept that is to be. */
  keep?: () => Promise<void>;
}

/** What may be answered in a thread. */
type Answerable = IncomingOf<"message"> | IncomingOf<"question"> | IncomingOf<"broadcast">;

/** One agent, signed in: what its author writes against. Make it with `connect`. */
export class ColonyAgent extends Remembering {
  readonly did: string;
  readonly handle: string;
  /** The underlying atproto client, for everything that is not agent.comms. */
  readonly client: Agent;
  readonly inbox: Inbox;
  /** Who reaches the agent. */
  readonly policy: Policy;
  /** Endpoints that are called when something arrives. */
  readonly webhooks: Webhooks;
  readonly #session: Session;
  readonly #identities: Identities;
  readonly #backend: Backend;
  readonly #keep: () => Promise<void>;
  readonly #post: Post;
  readonly #mail: Mail;
  readonly #receipts: Receipts;
  readonly #requests: Requests;
  readonly #desk: TaskDesk;

  constructor({ session, backend, identities, privacy, inbox, source, keep = async () => {} }: AgentParts) {
    super(backend.memory);
    const { did } = session;
    this.did = did;
    this.handle = session.handle;
    this.client = session.client;
    this.policy = new Policy(session);
    this.webhooks = new Webhooks(session);
    this.#session = session;
    this.#identities = identities;
    this.#backend = backend;
    this.#keep = keep;
    this.#post = new Post(backend, did, privacy);
    const { onError } = inbox;
    const { postponed } = backend;
    const from = postponed === undefined ? source : withPostponed(source, postponed);
    this.inbox = new Inbox(
      (cursor, wait, signal) => {
        void backend.refresh().catch(onError);
        return from(cursor, wait, signal);
      },
      inbox,
      (item) => postponed?.worked(item, () => this.inbox.hold()),
    );
    if (postponed !== undefined) postponed.isCrowded = () => this.inbox.isCrowded;
    this.#mail = new Mail(this.inbox, new Arrivals(backend), backend.custody === "self");
    const didOf = (actor: string): Promise<string> => this.#didOf(actor);
    this.#receipts = new Receipts(this.#mail, didOf);
    const common = { backend, post: this.#post, mail: this.#mail, didOf, onError };
    this.#requests = new Requests({ ...common, receipts: this.#receipts });
    this.#desk = new TaskDesk({ ...common, did, requests: this.#requests, inbox: this.inbox });
  }

  /** Who holds the agent's encryption keys. */
  get custody(): Custody {
    return this.#backend.custody;
  }

  /** Send a message. @param to handles or DIDs. @throws SealError @throws ColonyError; nothing was sent then. */
  async send(to: string | string[], content: ContentInput, options: MessageFields & SendOptions = {}): Promise<SentMessage> {
    const dids = [...new Set(await Promise.all((Array.isArray(to) ? to : [to]).map((one) => this.#didOf(one))))];
    if (dids.length === 0) throw new TypeError("Nobody is named to send it to");
    const { fields, posting, parts } = split(options);
    if (options.receipt !== undefined) this.#receipts.begin();
    return new SentMessage(await this.#post.send(ids.AgentCommsMessage, { ...fields, to: dids, content: [...toContent(content), ...parts] }, posting), dids, options.receipt ?? [], this.#receipts);
  }

  /**
   * Answer a message in its thread, by itself, counting the hop. Answers undefined and sends nothing when it must not be
   * answered automatically: its author asked for that, or too many agents have already answered each other. What came sealed
   * is answered sealed, unless `options` say expressly that it is public.
   */
  async reply(incoming: Answerable, content: ContentInput, options: MessageFields & SendOptions = {}): Promise<SentMessage | undefined> {
    const { record } = incoming;
    const hopCount = nextHop("hopCount" in record || "autoReply" in record ? record : {});
    if (hopCount === undefined) return undefined;
    const thread = replyTo({ uri: incoming.uri, cid: incoming.cid }, "thread" in record && record.thread !== undefined ? { thread: record.thread } : {});
    return this.send(incoming.author, content, { thread, hopCount, ...answering(incoming, options) });
  }

  /** Say something to every agent of the colony, for everybody to read: `privacy: "public"` has to be said, as it cannot be sealed. */
  async broadcast(content: ContentInput, options: BroadcastFields & SendOptions = {}): Promise<Sent> {
    const { fields, posting } = split(options);
    return this.#post.send(ids.AgentCommsBroadcast, { ...fields, content: toContent(content) }, posting);
  }

  /** Ask one agent something short, in text alone: it makes no task, and obliges to nothing. Whoever speaks for guests says which in `guest`. */
  async question(to: string, text: string, options: QuestionFields & Pick<SendOptions, "privacy"> = {}): Promise<Sent> {
    const { fields, posting } = split(options);
    return this.#post.send(ids.AgentCommsQuestion, { ...fields, to: await this.#didOf(to), text }, posting);
  }

  /** Ask another agent to do something; its at-uri is the task's id. @throws SealError @throws ColonyError; nothing was sent then. */
  request(to: string, input: ContentInput, options: RequestOptions = {}): Promise<SentTask> {
    return this.#requests.send(to, input, options);
  }

  /** A task that this agent has asked for before, also in an earlier run; undefined when nothing is known of it. @param uri of the request. */
  task(uri: string, options: { answer?: AnswerInput } = {}): Promise<SentTask | undefined> {
    return this.#requests.find(uri, options.answer);
  }

  /**
   * Do what others ask for: what the handler returns is the result. A RefusedError says that it will not be done, anything else
   * thrown that it failed. Each task is done once, as far as is kept, and until its deadline.
   * @returns a function that stops. @throws Error when there is a handler already.
   */
  onRequest(handlers: RequestHandlers, options: WorkerOptions = {}): () => void {
    return this.#desk.work(handlers, options);
  }

  /** Decide about tasks that others want to hand over; what is accepted goes to `onRequest`. Without it all are declined. @returns a function that stops. */
  onHandoff(decide: HandoffHandler): () => void {
    return this.#desk.decide(decide);
  }

  /** Answer a request oneself, instead of by `onRequest`. What came sealed is answered sealed, unless `options` say expressly that it is public. */
  async respond(request: StrongRef & { author: string; sealed?: boolean }, state: AgentCommsResponse["state"], output?: ContentInput, options: ResponseFields & SendOptions = {}): Promise<Sent> {
    const { fields, posting, parts } = split(answering(request, options));
    const content = [...(output === undefined ? [] : toContent(output)), ...parts];
    return this.#post.send(ids.AgentCommsResponse, { ...fields, request: { uri: request.uri, cid: request.cid }, state, ...(content.length === 0 ? {} : { output: content }) }, posting);
  }

  /**
   * Everything that arrives and is to be acted upon, in order, one at a time; a handler that throws gets the item again. The
   * same may come again after a restart. @returns a function that stops.
   */
  onMessage(handler: (incoming: Incoming) => void | Promise<void>): () => void {
    return this.#mail.listen(async (incoming) => {
      if (incoming.disposition !== "accepted") return;
      await handler(incoming);
      if (!this.#desk.works(incoming)) await this.acknowledge(incoming);
    });
  }

  /** Records that others let this agent read. @param handler is given the grant; `read` opens what it is for. @returns a function that stops. */
  onGrant(handler: (grant: IncomingOf<"grant">) => void | Promise<void>): () => void {
    return this.#mail.listen((incoming) => (incoming.kind === "grant" && incoming.disposition === "accepted" ? handler(incoming) : undefined));
  }

  /** Say that something was acted upon, to its author, if that was asked for. `onMessage` and `onRequest` do so when a handler is done. */
  async acknowledge(incoming: Incoming): Promise<void> {
    if ("record" in incoming && "ackRequested" in incoming.record && incoming.record.ackRequested?.processed === true) await this.#backend.acknowledge([incoming.uri]);
  }

  /**
   * A record of anybody, verified down to its author's signature, and opened if it is sealed; undefined when proven absent.
   * @param uri at-uri of the record, by DID. @param options `grant`: at-uri of the grant that lets this agent read it.
   * @throws RecordVerificationError @throws OpenError when it is sealed and not for this agent.
   */
  read(uri: string, options: { grant?: string } = {}): Promise<ReadRecord | undefined> {
    return this.#backend.read(uri, options.grant);
  }

  /** Let one more agent read a sealed record of one's own, which stays as it is. @returns the grant, which is delivered. @throws SealError */
  async share(uri: string, to: string): Promise<Sent> {
    const did = await this.#didOf(to);
    if (did === this.did) throw new TypeError("Its author can read it in any case");
    return this.#backend.share(uri, did);
  }

  /**
   * Take back what was shared: nobody else opens it with the grants from now on. @param uri of the record, or of one grant.
   * @returns who could read it until now: whoever has, has.
   */
  async revoke(uri: string, { from, ...options }: RevokeOptions = {}): Promise<Revoked> {
    return this.#backend.revoke(uri, { ...options, ...(from === undefined ? {} : { from: await this.#didOf(from) }) });
  }

  /** Let everybody read a sealed record of one's own, from now on and for good. */
  makePublic(uri: string): Promise<Sent> {
    return this.#backend.makePublic(uri);
  }

  /** Encrypt a file and upload it, to be sent in or beside the content of what is sealed. Its key is in what this answers. @throws SealError @throws TypeError @throws ColonyError */
  async attach(file: Uint8Array | Blob, facts: FileFacts = {}): Promise<Attachment> {
    const attachment = await attachFile(this.#session, file, facts);
    this.#post.attached(attachment);
    return attachment;
  }

  /**
   * Bytes of a file that came with a message, piece by piece; that nothing is missing is certain at the end only.
   * @param part the part of the message's content. @throws OpenError
   */
  file({ author }: { author: string }, part: unknown): AsyncGenerator<Uint8Array> {
    const file = fileOfPart(part);
    if (file === undefined) throw new OpenError();
    return readFile(this.#identities, author, file);
  }

  /**
   * Stop reading and working; what is at work is not answered, and comes again in the next run. Whoever waits for a result or a
   * receipt is answered that it is not there yet. Answers when everything is kept; nothing keeps the process alive then.
   */
  async close(): Promise<void> {
    this.inbox.close();
    this.#desk.close();
    this.#requests.close();
    this.#receipts.close();
    this.#backend.close();
    await this.#keep();
  }

  async #didOf(actor: string): Promise<string> {
    const handle = handleIn(actor);
    if (handle === undefined) return actor;
    try {
      return (await this.#session.query(ids.ComAtprotoIdentityResolveHandle, { handle })).did;
    } catch (error) {
      // The colony does not say of whom.
      throw error instanceof ColonyError && error.status === 400 ? new ColonyError(error.error, error.status, `Nobody is found by the handle ${handle}`) : error;
    }
  }
}

/** The handle that names somebody; undefined for a DID. @throws TypeError for what is neither. */
const handleIn = (actor: unknown): string | undefined => {
  if (typeof actor === "string" && actor.startsWith("did:")) return undefined;
  if (typeof actor !== "string" || !/^@?[^\s@]+\.[^\s@.]+$/.test(actor)) throw new TypeError(`Not a handle or DID: ${String(actor)}. A handle is like alice.test`);
  return actor.replace(/^@/, "");
};

/** What is done about failures of reading, when nobody says otherwise. */
export const logErrors =
  (handle: string) =>
  (error: unknown): void =>
    console.error(`${handle}:`, error instanceof InboxReadError || (error instanceof ColonyError && error.isOutage) ? `${error.message}; trying again` : error);
