import { channelOfRecord, type Draft, type EnvelopeSealer, OpenError, type ProgressChannel as FrameChannel, sealProgress, UnprovenError } from "@rookery/envelope";
import { ids, recipientsOf } from "@rookery/lexicon-agent-comms";
import type { Answer, SendVerdict } from "@rookery/messaging";
import { addressOf, collectionOf } from "../at-uri.ts";
import type { Backend, Progress, ProgressChannel, ReadRecord, RevokeOptions, SendHow, TaskView } from "../backend.ts";
import { ColonyError } from "../colony-error.ts";
import type { Identities } from "../identity.ts";
import { Postponed } from "../inbox/postponed.ts";
import type { InboxItem } from "../inbox.ts";
import type { Memory } from "../memory/memory.ts";
import { type Incoming, toIncoming, unopened } from "../message.ts";
import { readRecord, RecordVerificationError } from "../read-record.ts";
import type { Revoked } from "../sealing/sharing.ts";
import type { Session } from "../session.ts";
import type { Sent, Transport } from "../transport.ts";
import { Engine } from "./engine.ts";
import { isForFormerKey } from "./former-keys.ts";
import { History } from "./history.ts";
import { type Opener, TakenOverOpener } from "./opener.ts";
import type { KeptState } from "./kept-state.ts";
import { opaqueKeys } from "./opaque-keys.ts";
import type { OwnRecords } from "./own-records.ts";
import { reseal } from "./reseal.ts";
import { Sharing } from "./sharing.ts";

/** What an agent with keys of its own is made of. */
export interface SelfBackendParts {
  session: Session;
  identities: Identities;
  sealer: EnvelopeSealer;
  transport: Transport;
  own: OwnRecords;
  state: KeptState;
  memory: Memory;
  nextRkey: () => string;
  onError: (error: unknown) => void;
}

/** An agent that holds its own keys: sealing, tasks and memory are done here, and its colony stores what it cannot read. */
export class SelfBackend implements Backend {
  readonly custody = "self";
  readonly memory: Memory;
  readonly postponed = new Postponed();
  readonly #parts: SelfBackendParts;
  readonly #engine: Engine;
  readonly #history: History;
  readonly #sharing: Sharing;
  readonly #opener: Opener;
  readonly #own: OwnRecords;
  #sequence = 0;
  /** By the record that they are made of, and the worker; oldest first. */
  readonly #channels = new Map<string, FrameChannel>();
  /** Ends of what is being sent, by collection and idempotencyKey. */
  readonly #saying = new Map<string, Promise<void>>();
  #turn: Promise<unknown> = Promise.resolve();
  #caught: Promise<void> | undefined;

  constructor(parts: SelfBackendParts) {
    const { session, sealer, state, onError, memory, own } = parts;
    this.#own = own;
    this.memory = memory;
    this.#parts = parts;
    this.postponed.settled = () => this.#turn;
    this.#engine = new Engine({ did: session.did, state, opaqueKey: opaqueKeys(sealer, "receipts"), write: (answer) => this.#write(answer), onError });
    this.#opener = new TakenOverOpener(parts);
    this.#history = new History({ did: session.did, own, opener: this.#opener, messaging: () => this.#engine.messaging });
    this.#sharing = new Sharing({ ...parts, opener: this.#opener });
  }

  /** What bears the same idempotencyKey waits for its turn: whether it was said before is known when the first is written. */
  async send(draft: Draft, how: SendHow): Promise<Sent> {
    const { idempotencyKey } = draft.record;
    if (typeof idempotencyKey !== "string") return this.#send(draft, how);
    const name = `${draft.collection} ${idempotencyKey}`;
    const sent = (this.#saying.get(name) ?? Promise.resolve()).then(() => this.#send(draft, how));
    const over = sent.then(() => undefined, () => undefined).then(() => void (this.#saying.get(name) === over && this.#saying.delete(name)));
    this.#saying.set(name, over);
    return sent;
  }

  async #send(asked: Draft, { privacy, grants = [] }: SendHow): Promise<Sent> {
    const { messaging } = this.#engine;
    const draft = { ...asked, record: messaging.addressed(asked.collection, asked.record) };
    const outgoing = { collection: draft.collection, record: draft.record, sealed: privacy === "sealed" };
    const verdict = messaging.judge(outgoing);
    if (verdict.kind !== "send") return earlier(verdict);
    const { sealer, transport } = this.#parts;
    const readers = draft.to === "all" ? [] : draft.collection === ids.AgentCommsHandoff ? draft.to.slice(0, 1) : draft.to;
    for (const uri of grants) for (const reader of readers) await this.#sharing.share(uri, reader);
    const sent = await transport.send(privacy === "sealed" ? await sealer.seal(draft) : draft);
    messaging.sent(outgoing, sent);
    return sent;
  }

  /** One after the other, in the order in which it is asked: what comes later may be about what came before. */
  open(item: InboxItem): Promise<Incoming> {
    const opened = this.#turn.then(() => this.#open(item));
    this.#turn = opened.catch(() => undefined);
    return opened;
  }

  async #open(item: InboxItem): Promise<Incoming> {
    if (this.postponed.isGivenUp(item)) return unopened(item);
    if (this.postponed.isBehind(item) && this.postponed.add(item)) throw new UnprovenError();
    await this.#caughtUp();
    const { uri, cid, author, value } = item;
    const { messaging } = this.#engine;
    if (value === undefined || cid === undefined) return toIncoming({ ...item, ...messaging.retracted(uri, author) });
    try {
      const { record, sealed } = await this.#opener.open({ uri, record: value, cid });
      this.postponed.answered(item);
      // The address is what was proven; an author beside it is the host's word.
      if (sealed && !uri.startsWith(`at://${author}/`)) throw new OpenError();
      return await this.#decide({ ...item, value: record }, sealed);
    } catch (error) {
      if (error instanceof UnprovenError && this.postponed.add(item)) throw error;
      // It will never open: the reader is told, and goes on to the next.
      if (!(error instanceof OpenError)) throw error;
      this.postponed.answered(item);
      const collection = collectionOf(uri);
      const { sealer, session } = this.#parts;
      if (uri.startsWith(`at://${author}/`) && isForFormerKey(session.did, collection, value, (keyId) => sealer.standing(keyId))) messaging.arrivedForFormerKey({ uri, cid, author, collection });
      return unopened(item);
    }
  }

  async read(uri: string, grant?: string): Promise<ReadRecord | undefined> {
    const record = await readRecord(this.#parts.identities, uri);
    if (record === undefined) return undefined;
    const { record: value, sealed } = await this.#sharing.open(record, grant);
    return { ...record, value, sealed };
  }

  share(uri: string, to: string): Promise<Sent> {
    return this.#sharing.share(uri, to);
  }

  revoke(uri: string, options: RevokeOptions): Promise<Revoked> {
    return this.#sharing.revoke(uri, options);
  }

  makePublic(uri: string): Promise<Sent> {
    return this.#sharing.makePublic(uri);
  }

  async task(uri: string): Promise<TaskView | undefined> {
    const known = this.#engine.task(uri);
    // What it asks of itself it may know as the worker alone, after a run of which nothing was kept.
    if (known !== undefined && (known.role === "requester" || !uri.startsWith(`at://${this.#parts.session.did}/`))) return known;
    await this.#history.recall({ request: { uri } });
    return this.#engine.task(uri);
  }

  async openTasks(): Promise<TaskView[]> {
    await this.#caughtUp();
    return this.#engine.openTasks();
  }

  async acknowledge(uris: string[]): Promise<void> {
    for (const uri of uris) this.#engine.messaging.processed(uri);
  }

  async publishProgress(request: string, progress: Progress, done: boolean): Promise<void> {
    const { session } = this.#parts;
    const view = await this.task(request);
    if (view === undefined) throw new ColonyError("RequestNotFound", 400, `There is no such task here: ${request}`);
    const channel = await this.#channelOf(view, session.did);
    // Also after a restart it goes forwards.
    const sequence = Math.max(Date.now(), this.#sequence + 1);
    this.#sequence = sequence;
    await session.call(ids.AgentCommsPublishProgress, { channel: channel.id, sequence, done, ...(channel.key === undefined ? { progress } : { sealed: await sealProgress(channel, sequence, progress) }) });
  }

  async progressChannel(request: string): Promise<ProgressChannel | undefined> {
    const view = await this.task(request);
    if (view === undefined) return undefined;
    const worker = view.role === "requester" ? view.peer : this.#parts.session.did;
    const { pds } = await this.#parts.identities.resolve(worker);
    return { ...(await this.#channelOf(view, worker)), worker, service: pds };
  }

  refresh(): Promise<void> {
    return this.#parts.sealer.refresh();
  }

  close(): void {
    this.#engine.close();
  }

  /** The last run may have ended after something was said and before that was kept: it is looked up before any task is taken up again. */
  #caughtUp(): Promise<void> {
    const look = async (): Promise<void> => {
      for (const { uri } of this.#engine.openTasks()) await this.#history.follow(uri);
    };
    return (this.#caught ??= look().catch((error: unknown) => {
      this.#caught = undefined;
      throw error;
    }));
  }

  /** What the same engine says of it that hosted agents have at their colony. */
  async #decide(item: InboxItem & { value: Record<string, unknown> }, sealed: boolean): Promise<Incoming> {
    const { uri, cid = "", author, value } = item;
    const collection = collectionOf(uri);
    const incoming = toIncoming(item, sealed);
    if (incoming.kind === "unknown") return incoming;
    await this.#history.recall(value);
    const isNew = this.#engine.task(uri) === undefined;
    const decision = this.#engine.messaging.arrived({ uri, cid, author, collection, record: value, sealed });
    // One that was done in an earlier run, of which nothing was kept.
    if (isNew && decision.disposition === "accepted" && decision.task !== undefined && (incoming.kind === "request" || incoming.kind === "handoff")) await this.#history.follow(decision.task);
    if (incoming.kind === "grant" && decision.disposition === "accepted") this.#sharing.note(uri, incoming.record);
    return { ...incoming, ...decision };
  }

  /** Something that the engine has to tell. */
  async #write(answer: Answer): Promise<void> {
    if (answer.kind === "reseal") return this.#reseal(answer.uri, answer.to);
    if (answer.kind === "withdraw") return this.#withdraw(answer.uri);
    const { sealer, transport, nextRkey } = this.#parts;
    const { collection, rkey = nextRkey(), sealed } = answer;
    // Written before, in a run that lost what it knew: the same key says the same.
    if (answer.rkey !== undefined && (await this.#own.get(collection, answer.rkey)) !== undefined) return;
    const record = { ...answer.record, $type: collection, createdAt: new Date().toISOString(), ...(answer.record["status"] === "key-expired" ? { newKey: await this.#newestKey() } : {}) };
    const to = recipientsOf(collection, record) ?? [];
    const draft = { collection, rkey, record, to };
    await transport.send(sealed ? await sealer.seal(draft) : draft);
  }

  /** An offer that was not looked at is taken back. */
  async #withdraw(uri: string): Promise<void> {
    const { session } = this.#parts;
    const { collection, rkey } = addressOf(uri);
    await session.call(ids.ComAtprotoRepoDeleteRecord, { repo: session.did, collection, rkey });
    this.#engine.messaging.withdrawn(uri);
  }

  async #reseal(uri: string, to: string): Promise<void> {
    const sent = await reseal({ ...this.#parts, opener: this.#opener }, uri, to);
    if (sent !== undefined) this.#engine.messaging.resealed(uri, sent, to);
  }

  async #newestKey(): Promise<Sent | undefined> {
    for await (const { uri, cid } of this.#own.list(ids.AgentCommsKey, 1)) return { uri, cid };
    return undefined;
  }

  /** Name and key of a task's progress come from what only its readers know. @throws OpenError @throws RecordVerificationError */
  async #channelOf({ uri, role, handoff }: TaskView, worker: string): Promise<FrameChannel> {
    // Who took the task over has it from the handoff, which the requester can read too.
    const isTakenOver = handoff?.state === "accepted" && (role === "requester" || handoff.to === worker);
    const source = isTakenOver ? handoff.uri : uri;
    const name = `${source} ${worker}`;
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const record = await readRecord(this.#parts.identities, source);
    if (record === undefined) throw new RecordVerificationError(`There is no such record: ${source}`);
    const channel = await channelOfRecord({ ...addressOf(source), record: record.value }, worker, this.#parts.sealer.ring);
    this.#channels.set(name, channel);
    const [oldest] = this.#channels.keys();
    if (this.#channels.size > MAX_CHANNELS && oldest !== undefined) this.#channels.delete(oldest);
    return channel;
  }
}

/** Tasks whose channels are kept in memory at most; others are made anew from their records. */
const MAX_CHANNELS = 100;

/** What was said before under the same idempotencyKey; @throws ColonyError when it may not be said. */
const earlier = (verdict: Exclude<SendVerdict, { kind: "send" }>): Sent => {
  if (verdict.kind === "earlier") return verdict.of;
  throw new ColonyError(verdict.name, 400, verdict.message);
};
