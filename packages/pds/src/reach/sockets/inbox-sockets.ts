import type { JobResult, Scheduler } from "../../scheduler.ts";
import { cursorOf } from "../cursor.ts";
import { ALL_READERS_BUFFER_BYTES, MAX_INBOX_READERS, MAX_INBOX_SOCKETS, PUMP_PAUSE_FIRST, PUMP_PAUSE_LAST, PUMP_ROWS, PUMP_TURN_BYTES, READER_BUFFER_BYTES } from "../limits.ts";
import type { Placed } from "../read-inbox.ts";
import { InboxReader, type ReaderState } from "./inbox-reader.ts";
import type { SocketHost } from "./socket-host.ts";
import type { InboxSocketQuery } from "./socket-request.ts";
import { accept, dismiss, dismissAtOnce, goodbye, isOpen, refusal, refuseUpgrade } from "./upgrade.ts";

/** Tag of these sockets. */
const INBOX_TAG = "inbox";

interface Options {
  host: SocketHost;
  scheduler: Scheduler;
  /** Messages after an id, oldest first, at most so many. */
  read: (after: number, limit: number, opened: boolean) => Placed[];
  /** Highest id that was ever given out. */
  lastId: () => number;
  /** What a reader is told once it is up to date. */
  notices: () => { name: string; message: string }[];
}

/** Serves the inbox to sockets of its agent. Nothing is queued for a reader: one that is slow is behind in the inbox, not in memory. */
export class InboxSockets {
  readonly #options: Options;
  readonly #readers = new Map<WebSocket, InboxReader>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = PUMP_PAUSE_FIRST;

  constructor(options: Options) {
    this.#options = options;
    const now = Date.now();
    // A named boundary: attachments of this tag were written by this program.
    for (const ws of options.host.getWebSockets(INBOX_TAG).filter(isOpen)) this.#readers.set(ws, new InboxReader(ws, ws.deserializeAttachment() as ReaderState, now));
  }

  /** Bytes that each reader may leave unread. */
  get #share(): number {
    return Math.min(READER_BUFFER_BYTES, ALL_READERS_BUFFER_BYTES / this.#readers.size);
  }

  /** Answer a request for the stream. */
  connect(request: Request, { cursor, opened, until }: InboxSocketQuery): Response {
    const refused = refuseUpgrade(request);
    if (refused !== undefined) return refused;
    const after = cursorOf(cursor);
    if (!after.ok) return refusal(400, after.error.name, after.error.message);
    if (after.value > this.#options.lastId()) return dismissAtOnce(request, "FutureCursor", `cursor ${after.value} was never given out`);
    if (this.#options.host.getWebSockets(INBOX_TAG).length >= MAX_INBOX_SOCKETS) return refusal(429, "TooManySubscribers", "too many readers have not closed", { "retry-after": "60" });
    this.#makeRoom();
    const now = Date.now();
    const response = accept(this.#options.host, request, [INBOX_TAG], (ws) =>
      this.#readers.set(ws, new InboxReader(ws, { after: after.value, opened, until, since: now, isLive: false }, now)));
    this.#options.scheduler.ensure("sockets", until);
    this.pump();
    return response;
  }

  /** Send every reader what it has not had, as far as it takes it. */
  pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let budget = PUMP_TURN_BYTES;
    let isBehind = false;
    for (const reader of this.#readers.values()) {
      const sent = this.#tryAdvance(reader, budget);
      if (sent === undefined) continue;
      isBehind = true;
      budget -= sent;
      if (sent > 0) this.#pause = PUMP_PAUSE_FIRST;
    }
    if (!isBehind) return;
    // There is no event for "the buffer has drained".
    this.#timer = setTimeout(() => this.pump(), budget <= 0 ? 0 : this.#pause);
    this.#pause = Math.min(PUMP_PAUSE_LAST, this.#pause * 2);
  }

  closed(ws: WebSocket): void {
    this.#readers.delete(ws);
    goodbye(ws);
  }

  /** Tell every reader something that is no message. */
  say(name: string, message: string): void {
    for (const reader of this.#readers.values()) {
      try {
        if (reader.hasRoom(this.#share)) reader.say(name, message);
      } catch {
        this.#readers.delete(reader.ws);
      }
    }
  }

  /** Sessions have ended, or the account: nobody reads on. */
  end(message: string): void {
    for (const ws of this.#readers.keys()) this.#drop(ws, "SessionEnded", message);
    clearTimeout(this.#timer);
  }

  /** The alarm's turn: those whose tokens have run out. */
  async job(): Promise<JobResult> {
    const now = Date.now();
    let next = Infinity;
    for (const [ws, { state }] of this.#readers) {
      if (state.until <= now) this.#drop(ws, "SessionEnded", "the access token has expired; go on with a new one");
      else next = Math.min(next, state.until);
    }
    return next === Infinity ? undefined : { again: next - now };
  }

  /** {@link #advance}; a reader whose messages cannot be had now does not stay and wait for none, and holds up no others. */
  #tryAdvance(reader: InboxReader, budget: number): number | undefined {
    try {
      return this.#advance(reader, budget);
    } catch (error) {
      console.error(JSON.stringify({ event: "inbox-reader-failed", error: error instanceof Error ? error.name : "unknown" }));
      this.#drop(reader.ws, "InternalServerError", "the inbox cannot be read now; go on with the last cursor");
      return undefined;
    }
  }

  /** Bytes sent to a reader that is still behind; undefined when it is up to date, or gone. */
  #advance(reader: InboxReader, budget: number): number | undefined {
    // Asked before anything is sent: one who had room until now has had no time to take what fills it.
    if (reader.isStalled(Date.now(), this.#share)) {
      this.#drop(reader.ws, "ConsumerTooSlow", "what was sent was not taken; go on with the last cursor");
      return undefined;
    }
    let sent = 0;
    while (sent < budget && reader.hasRoom(this.#share)) {
      const { after, opened } = reader.state;
      const page = this.#options.read(after, PUMP_ROWS, opened);
      const bytes = this.#send(reader, page, budget - sent);
      if (page.length === 0 || bytes === undefined) return undefined;
      sent += bytes;
    }
    return sent;
  }

  /** Bytes sent of a page, or undefined when the socket is gone: its close comes by itself, or never. */
  #send(reader: InboxReader, page: Placed[], budget: number): number | undefined {
    let sent = 0;
    const notices = page.length === 0 && !reader.state.isLive ? this.#options.notices() : undefined;
    try {
      if (notices !== undefined) reader.caughtUp(notices);
      for (const placed of page) {
        if (sent >= budget || !reader.hasRoom(this.#share)) break;
        sent += reader.send(placed);
      }
      return sent;
    } catch {
      this.#readers.delete(reader.ws);
      return undefined;
    }
  }

  /** A connection that broke without a word must not keep its agent out: whoever came first goes first. */
  #makeRoom(): void {
    while (this.#readers.size >= MAX_INBOX_READERS) {
      const [oldest] = [...this.#readers.values()].toSorted((a, b) => a.state.since - b.state.since);
      if (oldest === undefined) return;
      this.#drop(oldest.ws, "TooManySubscribers", `more than ${MAX_INBOX_READERS} readers`);
    }
  }

  #drop(ws: WebSocket, error: string, message: string): void {
    this.#readers.delete(ws);
    dismiss(ws, error, message);
  }
}
