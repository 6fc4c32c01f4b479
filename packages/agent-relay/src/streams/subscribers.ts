import { encodeErrorFrame } from "@rookery/sync";
import type { EventLog, LoggedFrame } from "../log.ts";
import {
  MAX_CLIENT_MESSAGES, MIN_BUFFERED_BYTES, PUMP_IDLE_MAX_MS, PUMP_IDLE_MS, PUMP_SLICE_BYTES, PUMP_SLICE_ROWS, PUMP_TURN_BYTES, TOTAL_BUFFERED_BYTES,
} from "../settings.ts";
import type { Listener } from "./listener.ts";
import { Subscriber, type Attachment } from "./subscriber.ts";

/** What the sockets need of the object they hang on. */
export interface SubscribersContext {
  log: EventLog;
  /** Bytes one reader may leave unread: more is not put into its socket, it falls behind instead. */
  maxBufferedBytes: number;
  now: () => number;
}

/**
 * All readers of the firehose. Live ones get each frame from memory as it is appended; the others read the log through the
 * pump until they have caught up, within the same turn that finds nothing left, so there is no seam.
 *
 * Slow readers are throttled, not dropped: at most `maxBufferedBytes` (less when there are many) wait in a socket, the rest
 * in the log. A reader is dropped as ConsumerTooSlow when its buffer is full and it has taken nothing for 30 s, or when the
 * log's window has moved past its cursor, since from there it could only go on with a gap.
 */
export class Subscribers {
  readonly #context: SubscribersContext;
  readonly #all = new Map<WebSocket, Subscriber>();
  readonly #behind = new Set<WebSocket>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle = PUMP_IDLE_MS;

  /** @param sockets those that came through hibernation; the log must not have been appended to since the object woke. */
  constructor(context: SubscribersContext, sockets: WebSocket[]) {
    this.#context = context;
    for (const ws of sockets) this.#take(ws, attachmentOf(ws));
    this.#schedule(0);
  }

  get count(): number {
    return this.#all.size;
  }

  listeners(): Listener[] {
    const { lastSeq } = this.#context.log;
    return Array.from(this.#all.values(), ({ behindAfter }) => ({
      format: "subscribeRepos" as const, userAgent: "", address: "", since: 0, lag: behindAfter === undefined ? 0 : lastSeq - behindAfter,
    }));
  }

  /** A new socket, accepted for hibernation already. `after` is the seq to go on from, undefined for live only. */
  add(ws: WebSocket, after: number | undefined): void {
    const attachment: Attachment = after === undefined || after >= this.#context.log.lastSeq ? { live: true } : { after };
    ws.serializeAttachment(attachment);
    this.#take(ws, attachment);
    this.#schedule(0);
  }

  /** Frames that were appended in this very turn. */
  publish(frames: LoggedFrame[]): void {
    const [first] = frames;
    if (first === undefined) return;
    const cap = this.#cap();
    for (const [ws, subscriber] of this.#all) {
      if (subscriber.behindAfter !== undefined) continue;
      try {
        for (const { seq, frame } of frames) {
          if (!hasRoom(subscriber.unread, frame, cap)) {
            this.#fallBehind(ws, subscriber, seq - 1);
            break;
          }
          subscriber.send(frame);
        }
      } catch {
        this.remove(ws);
      }
    }
  }

  /** A socket was closed by its client or failed. */
  remove(ws: WebSocket): void {
    this.#all.delete(ws);
    this.#behind.delete(ws);
  }

  /** The client said something, which means nothing here; one that goes on talking is cut off. */
  ignoreMessage(ws: WebSocket): void {
    const subscriber = this.#all.get(ws);
    if (subscriber === undefined || subscriber.countMessage() <= MAX_CLIENT_MESSAGES) return;
    subscriber.close(1008, "this stream takes no messages");
    this.remove(ws);
  }

  #take(ws: WebSocket, attachment: Attachment): void {
    this.#all.set(ws, new Subscriber(ws, attachment, this.#context.now()));
    if (!("live" in attachment)) this.#behind.add(ws);
  }

  #fallBehind(ws: WebSocket, subscriber: Subscriber, after: number): void {
    subscriber.fallBehind(after, this.#context.now());
    this.#behind.add(ws);
    this.#idle = PUMP_IDLE_MS;
    this.#schedule(PUMP_IDLE_MS);
  }

  /** There is no event for a drained socket, so while somebody is behind a timer looks. */
  #schedule(delay: number): void {
    if (this.#behind.size === 0) return;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#pump();
    }, delay);
  }

  /** One turn: readers with room get a slice each, until the turn's bytes are spent; those served go to the end of the queue. */
  #pump(): void {
    let sent = 0;
    // A copy: whoever was served is put at the end of the set, and would be met again.
    for (const ws of Array.from(this.#behind)) {
      const subscriber = this.#all.get(ws);
      if (subscriber === undefined) continue;
      try {
        const bytes = this.#advance(ws, subscriber);
        if (bytes > 0 && this.#behind.delete(ws)) this.#behind.add(ws);
        sent += bytes;
      } catch (error) {
        // The socket is gone, or the log is damaged: either way this reader is served no further, and only the second is news.
        console.warn({ event: "relay.subscriber_dropped", error: String(error) });
        subscriber.close(1011, "cannot go on");
        this.remove(ws);
      }
      if (sent >= PUMP_TURN_BYTES) break;
    }
    this.#idle = sent > 0 ? PUMP_IDLE_MS : Math.min(this.#idle * 2, PUMP_IDLE_MAX_MS);
    this.#schedule(sent > 0 ? 0 : this.#idle);
  }

  /** Send one slice to a reader that is behind, if it has room; the bytes sent. */
  #advance(ws: WebSocket, subscriber: Subscriber): number {
    const { log, now } = this.#context;
    const from = subscriber.behindAfter;
    if (from === undefined) return 0;
    if (from < log.prunedThrough) return this.#tooSlow(ws, subscriber, `the window begins after ${log.prunedThrough}, and event ${from + 1} was not read yet`);
    const cap = this.#cap();
    let after = from;
    let sent = 0;
    let full = subscriber.unread >= cap;
    if (!full) {
      for (const { seq, frame } of log.read(from, PUMP_SLICE_ROWS, PUMP_SLICE_BYTES)) {
        full = !hasRoom(subscriber.unread, frame, cap);
        if (full) break;
        subscriber.send(frame);
        after = seq;
        sent += frame.length;
      }
    }
    if (sent > 0) subscriber.advance(after);
    else if (full && subscriber.stalled(now())) return this.#tooSlow(ws, subscriber, "nothing was read for 30 seconds");
    if (!full && !log.hasAfter(after)) {
      subscriber.catchUp();
      this.#behind.delete(ws);
    }
    return sent;
  }

  /** Bytes that may wait in one socket: its share of what all may hold, within the operator's limit. */
  #cap(): number {
    const share = Math.max(MIN_BUFFERED_BYTES, Math.floor(TOTAL_BUFFERED_BYTES / Math.max(1, this.#all.size)));
    return Math.min(this.#context.maxBufferedBytes, share);
  }

  #tooSlow(ws: WebSocket, subscriber: Subscriber, message: string): number {
    subscriber.close(1008, "ConsumerTooSlow", encodeErrorFrame({ error: "ConsumerTooSlow", message }));
    this.remove(ws);
    return 0;
  }
}

/** An empty socket takes any frame, however large beside the cap. */
function hasRoom(unread: number, frame: Uint8Array, cap: number): boolean {
  return unread === 0 || unread + frame.length <= cap;
}

/** A named boundary: an attachment was written by `add` or by Subscriber, in this version or an earlier one. */
function attachmentOf(ws: WebSocket): Attachment {
  const attachment: unknown = ws.deserializeAttachment();
  if (typeof attachment === "object" && attachment !== null && "after" in attachment && typeof attachment.after === "number") return { after: attachment.after };
  return { live: true };
}
