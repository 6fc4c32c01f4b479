import { MAX_PROGRESS_CHARS, OpenError, type ProgressChannel, type ProgressFrame, sealProgress, toBase64Url } from "@rookery/envelope";
import { type Outcome, fail, ok } from "@rookery/sync";
import { SELF_KEYED } from "../../keys/hosted-keys.ts";
import type { AgentState } from "../../state.ts";
import { MAX_FRAMES_PER_MINUTE } from "../limits.ts";
import type { ProgressInput } from "../reach-api.ts";
import { ProgressSockets } from "../sockets/progress-sockets.ts";
import type { SocketHost } from "../sockets/socket-host.ts";
import { ChannelBook } from "./channel-book.ts";
import { FrameStore } from "./frame-store.ts";
import { type Subject, subjectOf } from "./subject.ts";

const MINUTE = 60_000;

type Published = { channel: string; sequence: number };

/** Progress of the tasks that the agent works on: no records, but frames that go to whoever listens, and then are gone. */
export class Progress {
  readonly sockets: ProgressSockets;
  readonly #state: AgentState;
  readonly #frames: FrameStore;
  readonly #book: ChannelBook;
  #turn: Promise<unknown> = Promise.resolve();
  #minute = { since: 0, frames: 0 };

  constructor(state: AgentState, host: SocketHost) {
    this.#state = state;
    this.#frames = new FrameStore(state.vault);
    this.#book = new ChannelBook(state.vault);
    this.sockets = new ProgressSockets(host, this.#frames);
  }

  /** Errors: `RequestNotFound`, `SelfKeyed`, `StaleSequence`, `InvalidRequest` (400); `RateLimitExceeded` (429). */
  async publish(input: ProgressInput): Promise<Outcome<Published>> {
    if (!this.#mayPublish(Date.now())) return fail(429, "RateLimitExceeded", `At most ${MAX_FRAMES_PER_MINUTE} frames a minute`);
    const { request, progress, channel, sequence, sealed, done = false } = input;
    const chars = progress === undefined ? 0 : JSON.stringify(progress).length;
    if (chars > MAX_PROGRESS_CHARS) return fail(400, "InvalidRequest", `progress of ${chars} characters of JSON, at most ${MAX_PROGRESS_CHARS}`);
    if (request !== undefined && progress !== undefined && channel === undefined) return this.#inTurn(() => this.#seal(request, progress, done));
    if (channel !== undefined && sequence !== undefined && request === undefined && (sealed === undefined) !== (progress === undefined))
      return this.#store(channel, { sequence, ...(sealed === undefined ? {} : { sealed }), ...(progress === undefined ? {} : { progress }) }, done);
    return fail(400, "InvalidRequest", "Give either request and progress, or channel, sequence and one of sealed and progress");
  }

  /** Where a task's progress is. Errors: `RequestNotFound`, `SelfKeyed` (400). */
  async channelOf(request: string): Promise<Outcome<{ worker: string; channel: string; key?: string }>> {
    const subject = subjectOf(this.#state, request);
    if (!subject.ok) return subject;
    const channel = await this.#channel(subject.value);
    if (!channel.ok) return channel;
    const { id, key } = channel.value;
    return ok({ worker: subject.value.worker, channel: id, ...(key === undefined ? {} : { key: toBase64Url(key) }) });
  }

  async #seal(request: string, progress: NonNullable<ProgressInput["progress"]>, done: boolean): Promise<Outcome<Published>> {
    const subject = subjectOf(this.#state, request);
    if (!subject.ok) return subject;
    if (subject.value.worker !== this.#state.account.did) return fail(400, "RequestNotFound", `${request} is not this agent's to work on`);
    const found = await this.#channel(subject.value);
    if (!found.ok) return found;
    const { id, key } = found.value;
    // The clock goes on where a colony was restored to an older day; a frame never comes before the one before it.
    const sequence = Math.max(Date.now(), (this.#frames.last(id)?.frame.sequence ?? 0) + 1);
    return this.#store(id, key === undefined ? { sequence, progress } : { sequence, sealed: await sealProgress(found.value, sequence, progress) }, done);
  }

  #store(channel: string, frame: ProgressFrame, done: boolean): Outcome<Published> {
    const last = this.#frames.last(channel)?.frame.sequence ?? 0;
    if (frame.sequence <= last) return fail(400, "StaleSequence", `sequence ${frame.sequence} is not after ${last}`);
    this.#frames.add(channel, frame, done);
    this.sockets.publish(channel, frame, done);
    return ok({ channel, sequence: frame.sequence });
  }

  async #channel(subject: Subject): Promise<Outcome<ProgressChannel>> {
    try {
      return ok(await this.#book.of(subject, await this.#state.sealing.ring()));
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      return this.#state.sealing.custody === "self" ? SELF_KEYED : fail(400, "RequestNotFound", "The request does not open");
    }
  }

  /** One frame after the other: their order is that of the calls. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #mayPublish(now: number): boolean {
    if (now - this.#minute.since >= MINUTE || now < this.#minute.since) this.#minute = { since: now, frames: 0 };
    return ++this.#minute.frames <= MAX_FRAMES_PER_MINUTE;
  }
}
