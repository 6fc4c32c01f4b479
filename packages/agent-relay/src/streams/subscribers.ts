import type { FilterSpec } from "@rookery/sync";
import type { EventLog, LoggedFrame } from "../log.ts";
import {
  EVENT_CACHE_BYTES, PUMP_IDLE_MAX_MS, PUMP_IDLE_MS, PUMP_SLICE_BYTES, PUMP_SLICE_ROWS, PUMP_TURN_BYTES, TOTAL_BUFFERED_BYTES,
} from "../settings.ts";
import { attachmentOf, type Attachment } from "./attachment.ts";
import { EventCache } from "./event-cache.ts";
import type { FilterStore } from "./filter-store.ts";
import type { Listener } from "./listener.ts";
import { Room } from "./room.ts";
import type { Pack, Payload, SharedEvent } from "./shared-event.ts";
import { Subscriber } from "./subscriber.ts";
import { errorFrame, infoFrame } from "./words.ts";

/** What the sockets need of the object they hang on. */
export interface SubscribersContext {
  log: EventLog;
  filters: FilterStore;
  /** Packs texts for readers who asked for it. */
  pack: Pack;
  /** Bytes one reader may leave unread: more is not put into its socket, it falls behind instead. */
  maxBufferedBytes: number;
  now: () => number;
}

/**
 * All readers of a log, whatever their format. Live ones get each event from memory as it is appended; the others read the log
 * through the pump until they have caught up, within the same turn that finds nothing left, so there is no seam.
 *
 * Slow readers are throttled, not dropped: at most `maxBufferedBytes` (less when there are many) wait in a socket, the rest
 * in the log. A reader is dropped as ConsumerTooSlow when its buffer is full and it has taken next to nothing for 30 s, or when
 * the log's window has moved past its cursor, since from there it could only go on with a gap.
 */
export class Subscribers {
  readonly #context: SubscribersContext;
  readonly #cache = new EventCache(EVENT_CACHE_BYTES);
  readonly #all = new Map<WebSocket, Subscriber>();
  readonly #behind = new Set<WebSocket>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle = PUMP_IDLE_MS;

  /** @param sockets those that came through hibernation; the log must not have been appended to since the object woke. */
  constructor(context: SubscribersContext, sockets: WebSocket[]) {
    this.#context = context;
    for (const ws of sockets) {
      const attachment = attachmentOf(ws);
      try {
        this.#take(ws, attachment, context.filters.get(attachment.filter));
      } catch (error) {
        // One reader whose filter is gone must not keep the whole object from starting.
        console.error({ event: "relay.subscriber_lost", error: String(error) });
        ws.close(1011, "cannot go on");
      }
    }
    this.#schedule(0);
  }

  get count(): number {
    return this.#all.size;
  }

  /** Number of readers from one network address. */
  countFrom(address: string): number {
    let count = 0;
    for (const { attachment } of this.#all.values()) if (attachment.address === address) count++;
    return count;
  }

  /** Who reads. Counting how far somebody is behind looks at the log, so this is for the admin. */
  listeners(): Listener[] {
    const attachments = Array.from(this.#all.values(), ({ attachment }) => attachment);
    const lags = this.#context.log.countsAfter(attachments.flatMap(({ after }) => after ?? []));
    return attachments.map(({ format, userAgent, address, since, after }) => ({ format, userAgent, address, since, lag: after === undefined ? 0 : (lags.get(after) ?? 0) }));
  }

  of(ws: WebSocket): Subscriber | undefined {
    return this.#all.get(ws);
  }

  /** A new socket, accepted for hibernation already. An attachment that has everything becomes live. */
  add(ws: WebSocket, { after, ...live }: Attachment, filter: FilterSpec | undefined): void {
    const isLive = after === undefined || (after >= this.#context.log.lastSeq && live.waiting !== true);
    const attachment = isLive ? live : { ...live, after };
    ws.serializeAttachment(attachment);
    this.#take(ws, attachment, filter);
    this.#schedule(0);
  }

  /** Events that were appended in this very turn. */
  publish(frames: LoggedFrame[]): void {
    if (frames.length === 0) return;
    const room = this.#room();
    const fresh = frames.map((logged): Fresh => ({ logged }));
    for (const [ws, subscriber] of this.#all) {
      if (subscriber.behindAfter !== undefined || subscriber.isWaiting) continue;
      try {
        const { outlet } = subscriber;
        for (const one of fresh) {
          // The firehose's own frames go by as they are: nothing is made for any reader.
          const taken = outlet === undefined ? give(subscriber, one.logged.frame, room) : giveAll(subscriber, outlet((one.event ??= this.#cache.of(one.logged))), room);
          if (taken) continue;
          this.#fallBehind(ws, subscriber, one.logged.seq - 1);
          break;
        }
      } catch (error) {
        this.#fail(ws, error);
      }
    }
  }

  /** Say that the stream is alive to every reader that has nothing to read. */
  heartbeat(): void {
    for (const [ws, subscriber] of this.#all) {
      const beat = infoFrame(subscriber.attachment.format, "Heartbeat", "nothing is new");
      if (beat === undefined || subscriber.behindAfter !== undefined || subscriber.unread > 0) continue;
      try {
        subscriber.send(beat);
      } catch (error) {
        this.#fail(ws, error);
      }
    }
  }

  /** A socket was closed by its client or failed. */
  remove(ws: WebSocket): void {
    this.#context.filters.drop(this.#all.get(ws)?.attachment.filter);
    this.#all.delete(ws);
    this.#behind.delete(ws);
  }

  /** Close a reader's socket. */
  dismiss(ws: WebSocket, code: number, reason: string, last?: Payload): void {
    this.#all.get(ws)?.close(code, reason, last);
    this.remove(ws);
  }

  /** Whether the client may go on after this message of it; one that talks all the time is cut off. */
  mayTalk(ws: WebSocket, chars: number): boolean {
    const subscriber = this.#all.get(ws);
    if (subscriber === undefined) return false;
    if (subscriber.maySay(this.#context.now(), chars)) return true;
    this.dismiss(ws, 1008, "too many messages");
    return false;
  }

  /** Another filter for a reader, from the next event on. One that waited for it begins, where the window still allows. */
  refilter(ws: WebSocket, subscriber: Subscriber, filter: FilterSpec, stored: NonNullable<Attachment["filter"]>): void {
    const { log, filters } = this.#context;
    const waited = subscriber.isWaiting;
    filters.drop(subscriber.attachment.filter);
    subscriber.refilter(filter, stored);
    const { behindAfter } = subscriber;
    if (!waited || behindAfter === undefined) return;
    subscriber.fallBehind(Math.max(behindAfter, log.prunedThrough), this.#context.now());
    this.#behind.add(ws);
    this.#schedule(0);
  }

  #take(ws: WebSocket, attachment: Attachment, filter: FilterSpec | undefined): void {
    const { pack, now } = this.#context;
    this.#all.set(ws, new Subscriber(ws, attachment, filter, pack, now()));
    if (attachment.after !== undefined && attachment.waiting !== true) this.#behind.add(ws);
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
    let worked = 0;
    const room = this.#room();
    // A copy: whoever was served is put at the end of the set, and would be met again.
    for (const ws of Array.from(this.#behind)) {
      const subscriber = this.#all.get(ws);
      if (subscriber === undefined) continue;
      try {
        const bytes = this.#advance(ws, subscriber, room);
        if (bytes > 0 && this.#behind.delete(ws)) this.#behind.add(ws);
        worked += bytes;
      } catch (error) {
        this.#fail(ws, error);
      }
      if (worked >= PUMP_TURN_BYTES) break;
    }
    this.#idle = worked > 0 ? PUMP_IDLE_MS : Math.min(this.#idle * 2, PUMP_IDLE_MAX_MS);
    this.#schedule(worked > 0 ? 0 : this.#idle);
  }

  /**
   * Send one slice to a reader that is behind, if it has room. The bytes of the events it is past now, sent or filtered out:
   * what a narrow filter leaves out is work too, and others get their turn after it.
   */
  #advance(ws: WebSocket, subscriber: Subscriber, room: Room): number {
    const { log, now } = this.#context;
    const from = subscriber.behindAfter;
    if (from === undefined) return 0;
    if (from < log.prunedThrough) return this.#tooSlow(ws, subscriber, `the window begins after ${log.prunedThrough}, and event ${from + 1} was not read yet`);
    const { outlet } = subscriber;
    let after = from;
    let passed = 0;
    let full = !room.has(subscriber.unread, subscriber.needs);
    if (!full) {
      for (const logged of log.read(from, PUMP_SLICE_ROWS, PUMP_SLICE_BYTES)) {
        full = !(outlet === undefined ? give(subscriber, logged.frame, room) : giveAll(subscriber, outlet(this.#cache.of(logged)), room));
        if (full) break;
        after = logged.seq;
        passed += logged.frame.length;
      }
    }
    // One that has nothing to take waits for the others.
    if (passed === 0 && full && subscriber.unread > 0 && subscriber.stalled(now())) return this.#tooSlow(ws, subscriber, "nothing was read for 30 seconds");
    if (!full && !log.hasAfter(after)) {
      subscriber.catchUp();
      this.#behind.delete(ws);
    } else if (passed > 0) subscriber.advance(after);
    return passed;
  }

  /** Room in this turn: a socket may hold its share of what all may, within the operator's limit. */
  #room(): Room {
    const share = Math.floor(TOTAL_BUFFERED_BYTES / Math.max(1, this.#all.size));
    return new Room(Math.min(this.#context.maxBufferedBytes, share), () => this.#unread());
  }

  /** Bytes that wait in all sockets. */
  #unread(): number {
    let sum = 0;
    for (const { unread } of this.#all.values()) sum += unread;
    return sum;
  }

  /** The socket is gone, or an event is damaged: either way this reader is served no further, and only the second is news. */
  #fail(ws: WebSocket, error: unknown): void {
    console.warn({ event: "relay.subscriber_dropped", error: String(error) });
    this.dismiss(ws, 1011, "cannot go on");
  }

  #tooSlow(ws: WebSocket, subscriber: Subscriber, message: string): number {
    this.dismiss(ws, 1008, "ConsumerTooSlow", errorFrame(subscriber.attachment.format, "ConsumerTooSlow", message));
    return 0;
  }
}

/** An event just appended, and what readers of the same turn share of it. */
interface Fresh {
  logged: LoggedFrame;
  event?: SharedEvent;
}

/** Send if there is room. */
function give(subscriber: Subscriber, payload: Payload, room: Room): boolean {
  if (!granted(subscriber, payload.length, room)) return false;
  subscriber.send(payload);
  return true;
}

/** All messages of an event, or none: cursors stand between events. */
function giveAll(subscriber: Subscriber, payloads: readonly Payload[], room: Room): boolean {
  const [first] = payloads;
  if (first === undefined) return true;
  if (payloads.length === 1) return give(subscriber, first, room);
  if (!granted(subscriber, payloads.reduce((sum, { length }) => sum + length, 0), room)) return false;
  for (const payload of payloads) subscriber.send(payload);
  return true;
}

function granted(subscriber: Subscriber, bytes: number, room: Room): boolean {
  if (room.grants(subscriber.unread, bytes)) return true;
  subscriber.lacks(bytes);
  return false;
}
