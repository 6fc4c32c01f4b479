import { Agent, CredentialSession } from "@atproto/api";
import type { AgentCommsListInboxOutput, AgentCommsResponse } from "@rookery/lexicon-agent-comms";
import { ids, isFinal, isTaskState, nextHop, replyTo } from "@rookery/lexicon-agent-comms";
import { nextTid } from "@rookery/repo";
import { type FileFacts, fileOfPart, OpenError, SealError } from "@rookery/envelope";
import { Arrivals } from "./arrivals.ts";
import { addressOf } from "./at-uri.ts";
import { type ContentInput, toContent } from "./content.ts";
import { type Deadline, datetimeOf } from "./deadline.ts";
import { Identities } from "./identity.ts";
import { Inbox, type InboxItem, InboxReadError, type InboxSource } from "./inbox.ts";
import type { Incoming, StrongRef } from "./message.ts";
import { type BroadcastFields, type ConnectOptions, type MessageFields, PLC_URL, type Privacy, type RequestFields, type ResponseFields, type SendOptions } from "./options.ts";
import { RecordVerificationError, type VerifiedRecord, readRecord } from "./read-record.ts";
import { type Draft, type Sealer, plainSealer } from "./sealer.ts";
import { type Attachment, attachFile, readFile } from "./sealing/files.ts";
import { type Revoked, grantFor, granteeOf } from "./sealing/sharing.ts";
import { RepositoryTransport, type Sent, type Transport } from "./transport.ts";

/** A request that was sent, and a way to wait for what becomes of it. */
export interface SentRequest extends Sent {
  /** The next response in a state that ends the task. @throws Error when none comes in time. */
  response(options?: { timeoutMs?: number }): Promise<IncomingResponse>;
}

/** A message that arrived. */
export type IncomingMessage = Extract<Incoming, { kind: "message" }>;

/** What came of a request. */
export type IncomingResponse = Extract<Incoming, { kind: "response" }>;

const RESPONSE_TIMEOUT_MS = 60_000;
/** Requests whose responses are watched for at most; past it the oldest is given up. */
const MAX_WAITING = 1000;

/** What was said in confidence is not answered in public by default. */
const answering = <T extends SendOptions>({ sealed = false }: { sealed?: boolean }, options: T): T => (sealed ? { privacy: "sealed", ...options } : options);

const MOMENTS = ["deadline", "expiresAt", "notBefore"] as const;

/** What goes into the record, with moments as datetimes, apart from how it is sent. */
const split = ({ privacy, files = [], ...given }: SendOptions & { [moment in (typeof MOMENTS)[number]]?: Deadline }): { fields: Record<string, unknown>; how: SendOptions; files: Attachment["part"][] } => {
  const fields: Record<string, unknown> = { ...given };
  for (const moment of MOMENTS) {
    const when = given[moment];
    if (when !== undefined) fields[moment] = datetimeOf(when);
  }
  return { fields, how: { ...(privacy === undefined ? {} : { privacy }), files }, files: files.map(({ part }) => part) };
};

/** Whether a part of what is to be sent holds the key of a sealed file. */
const hasFileKey = (fields: Record<string, unknown>): boolean => Object.values(fields).some((value) => Array.isArray(value) && value.some((part) => fileOfPart(part) !== undefined));

const endsTask = (state: string): boolean => isTaskState(state) && isFinal(state);

const withTimeout = <T>(promise: Promise<T>, ms: number, what: string): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** One agent, signed in: what its author writes against. Make it with `connect`. */
export class ColonyAgent {
  readonly did: string;
  readonly handle: string;
  /** The underlying atproto client, for everything that is not agent.comms. */
  readonly client: Agent;
  readonly inbox: Inbox;
  readonly #identities: Identities;
  /** Opens what is sealed; seals where that is asked for. */
  readonly #sealer: Sealer;
  readonly #privacy: Privacy;
  readonly #transport: Transport;
  readonly #arrivals: Arrivals;
  readonly #session: CredentialSession;
  /** Ends of the watches for responses, oldest first. */
  readonly #waiting = new Set<() => void>();
  #lastTid: string | undefined;
  readonly #clockId = Math.floor(Math.random() * 1024);

  constructor(session: CredentialSession, options: ConnectOptions) {
    if (session.did === undefined || session.session === undefined) throw new Error("Not signed in");
    this.#session = session;
    this.did = session.did;
    this.handle = session.session.handle;
    this.client = new Agent((path, init) => session.fetchHandler(path, init));
    this.#identities = new Identities(options.plcUrl ?? PLC_URL, options.allowLoopback);
    this.#sealer = options.sealer ?? plainSealer;
    this.#privacy = options.privacy ?? this.#sealer.level;
    if (this.#privacy === "sealed" && this.#sealer.level !== "sealed") throw new SealError("Nothing to seal with: give `sealing` a place to keep keys");
    this.#transport = options.transport ?? new RepositoryTransport(this.client, this.did);
    this.#arrivals = new Arrivals(this.#sealer);
    const onError = options.inbox?.onError ?? ((error) => console.error(`${this.handle}:`, error instanceof InboxReadError ? `${error.message}; trying again` : error));
    const source: InboxSource = (cursor, wait, signal) => {
      void this.#sealer.refresh?.().catch(onError);
      return this.#listInbox(cursor, wait, signal);
    };
    this.inbox = new Inbox(source, { ...options.inbox, onError });
  }

  /** Send a message. @param to handles or DIDs. */
  async send(to: string | string[], content: ContentInput, options: MessageFields & SendOptions = {}): Promise<Sent> {
    const dids = await Promise.all((Array.isArray(to) ? to : [to]).map((one) => this.#didOf(one)));
    const { fields, how, files } = split(options);
    return this.#send(ids.AgentCommsMessage, dids, { ...fields, to: dids, content: [...toContent(content), ...files] }, how);
  }

  /** Encrypt a file and upload it, to be sent with `files` of a sealed message. Its key is in what this answers. @throws SealError */
  async attach(file: Uint8Array, facts: FileFacts = {}): Promise<Attachment> {
    return attachFile(this.client, this.did, file, facts);
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
   * Answer a message in its thread, by itself, counting the hop. Answers undefined and sends nothing when it must not be
   * answered automatically: its author asked for that, or too many agents have already answered each other. What came sealed
   * is answered sealed, unless `options` say expressly that it is public.
   */
  async reply(incoming: IncomingMessage, content: ContentInput, options: MessageFields & SendOptions = {}): Promise<Sent | undefined> {
    const hopCount = nextHop(incoming.record);
    if (hopCount === undefined) return undefined;
    const thread = replyTo({ uri: incoming.uri, cid: incoming.cid }, incoming.record);
    return this.send(incoming.author, content, { thread, hopCount, ...answering(incoming, options) });
  }

  /** Say something to every agent of the colony. An agent that seals has to say that it is public, since it cannot be sealed. */
  async broadcast(content: ContentInput, options: BroadcastFields & SendOptions = {}): Promise<Sent> {
    const { fields, how } = split(options);
    return this.#send(ids.AgentCommsBroadcast, "all", { ...fields, content: toContent(content) }, how);
  }

  /** Ask another agent to do something; its at-uri is the task's id. */
  async request(to: string, input: ContentInput, options: RequestFields & SendOptions = {}): Promise<SentRequest> {
    const { privacy = this.#privacy } = options;
    const { fields, how, files } = split(options);
    const parts = [...toContent(input), ...files];
    const did = await this.#didOf(to);
    const rkey = this.#nextRkey();
    const uri = `at://${this.did}/${ids.AgentCommsRequest}/${rkey}`;
    // Watched from before it is sent, so that no answer can be too quick.
    let stop = () => {};
    const answered = new Promise<IncomingResponse>((resolve) => {
      const look = async (item: InboxItem): Promise<void> => {
        const incoming = await this.#arrivals.open(item);
        if (incoming.kind !== "response" || incoming.record.request.uri !== uri || !endsTask(incoming.record.state)) return;
        // What was asked in confidence is not answered by what anybody on the way could have written.
        if (privacy === "sealed" && !incoming.sealed) return;
        stop();
        resolve(incoming);
      };
      // What does not open is no answer; whoever listens is told of it.
      const unwatch = this.inbox.watch((item) => void (item.author === did && look(item).catch(() => undefined)));
      stop = () => {
        unwatch();
        this.#waiting.delete(stop);
      };
      this.#waiting.add(stop);
    });
    const [oldest] = this.#waiting;
    if (this.#waiting.size > MAX_WAITING) oldest?.();
    try {
      const sent = await this.#send(ids.AgentCommsRequest, [did], { ...fields, to: did, input: parts }, how, rkey);
      return { ...sent, response: ({ timeoutMs = RESPONSE_TIMEOUT_MS } = {}) => withTimeout(answered, timeoutMs, `No response to ${uri}`) };
    } catch (error) {
      stop();
      throw error;
    }
  }

  /**
   * Answer a request. What came sealed is answered sealed, unless `options` say expressly that it is public.
   * @param state see agent.comms.response.
   */
  async respond(request: StrongRef & { author: string; sealed?: boolean }, state: AgentCommsResponse["state"], output?: ContentInput, options: ResponseFields & SendOptions = {}): Promise<Sent> {
    const { fields, how, files } = split(answering(request, options));
    const parts = [...(output === undefined ? [] : toContent(output)), ...files];
    const record = { ...fields, request: { uri: request.uri, cid: request.cid }, state, ...(parts.length === 0 ? {} : { output: parts }) };
    return this.#send(ids.AgentCommsResponse, [request.author], record, how);
  }

  /** Offer a task to another agent: a schema and a delivery today, what it transfers comes with sealing. */
  async handoff(to: string, request: StrongRef, reason?: string): Promise<Sent> {
    const did = await this.#didOf(to);
    return this.#send(ids.AgentCommsHandoff, [did], {
      to: did,
      request: { uri: request.uri, cid: request.cid },
      ...(reason === undefined ? {} : { reason }),
    });
  }

  /** Everything that arrives, in order, one at a time; a handler that throws gets the item again. */
  onMessage(handler: (incoming: Incoming) => void | Promise<void>): () => void {
    return this.inbox.listen(async (item) => handler(await this.#arrivals.open(item)));
  }

  /**
   * A record of anybody, verified down to its author's signature, and opened if it is sealed; undefined when proven absent.
   * @param uri at-uri of the record, by DID. @param options `grant`: at-uri of the grant that lets this agent read it.
   * @throws RecordVerificationError @throws OpenError when it is sealed and not for this agent.
   */
  async read(uri: string, options: { grant?: string } = {}): Promise<(VerifiedRecord & { sealed: boolean }) | undefined> {
    const record = await readRecord(this.#identities, uri);
    if (record === undefined) return undefined;
    const given = options.grant === undefined ? undefined : await this.#proven(options.grant);
    const grant = given && { grant: grantFor(record, given) };
    const { record: value, sealed } = await this.#sealer.open({ uri, record: record.value, ...grant });
    return { ...record, value, sealed };
  }

  /**
   * Let one more agent read a sealed message of one's own, which stays as it is. It is told of the grant by sending it the
   * answer's at-uri beside the record's. @throws SealError @throws OpenError
   */
  async share(uri: string, to: string): Promise<Sent> {
    if (this.#sealer.share === undefined) throw new SealError("Nothing to seal with: give `sealing` a place to keep keys");
    const [record, did] = await Promise.all([this.#proven(uri), this.#didOf(to)]);
    return this.#transport.send(await this.#sealer.share({ uri, cid: record.cid, record: record.value, to: did, rkey: this.#nextRkey() }));
  }

  /** Take a grant back. Who has read, or kept the key, cannot be made to forget: the answer says who that may be. */
  async revoke(grantUri: string): Promise<Revoked> {
    const couldRead = granteeOf(await this.#proven(grantUri));
    const { repo, collection, rkey } = addressOf(grantUri);
    await this.client.com.atproto.repo.deleteRecord({ repo, collection, rkey });
    return { couldRead };
  }

  /** Stop reading; the session stays valid. */
  close(): void {
    this.inbox.close();
  }

  async #proven(uri: string): Promise<VerifiedRecord> {
    const record = await readRecord(this.#identities, uri);
    if (record === undefined) throw new RecordVerificationError(`There is no such record: ${uri}`);
    return record;
  }

  #nextRkey(): string {
    this.#lastTid = nextTid(this.#lastTid, Date.now() * 1000, this.#clockId);
    return this.#lastTid;
  }

  async #send(collection: string, to: string[] | "all", fields: Record<string, unknown>, { privacy = this.#privacy, files = [] }: SendOptions = {}, rkey = this.#nextRkey()): Promise<Sent> {
    if (privacy === "sealed" && this.#sealer.level !== "sealed") throw new SealError("Nothing to seal with: give `sealing` a place to keep keys");
    if (privacy === "public" && (files.length > 0 || hasFileKey(fields))) throw new SealError("The keys of files are not to be sent in public");
    const draft: Draft = {
      collection,
      rkey,
      to,
      record: { ...fields, $type: collection, createdAt: new Date().toISOString() },
      blobs: files.map(({ blob }) => blob),
    };
    return this.#transport.send(privacy === "sealed" ? await this.#sealer.seal(draft) : draft);
  }

  async #didOf(actor: string): Promise<string> {
    if (actor.startsWith("did:")) return actor;
    return (await this.client.com.atproto.identity.resolveHandle({ handle: actor })).data.did;
  }

  async #listInbox(cursor: string | undefined, waitSeconds: number, signal: AbortSignal): Promise<AgentCommsListInboxOutput> {
    const query = new URLSearchParams({ limit: "50", waitSeconds: String(waitSeconds), ...(cursor === undefined ? {} : { cursor }) });
    const response = await this.#session.fetchHandler(`/xrpc/${ids.AgentCommsListInbox}?${query}`, { signal });
    if (!response.ok) throw new Error(`${ids.AgentCommsListInbox} answers ${response.status}: ${(await response.text()).slice(0, 300)}`);
    return (await response.json()) as AgentCommsListInboxOutput;
  }
}
