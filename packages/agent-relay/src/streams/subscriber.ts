/**
 * One reader of a stream: a socket and a cursor over the log.
 *
 * A reader is either *live* or *behind*. Live means: it was given every event up to the log's last. That holds at the end of
 * every turn of the event loop, since appending and sending happen in one turn, so the attachment just says "live" and needs no
 * write per event: after hibernation the cursor of a live reader is the log's end. A reader that is behind is sent slices of
 * the log by the pump, which keeps the object awake, and its attachment is written after each slice. So the attachment is true
 * at any moment, and hibernation neither loses nor repeats an event.
 *
 * A reader that is *waiting* asked to be sent nothing before its first options_update; it is behind or live from then on.
 */
import type { FilterExtras, FilterSpec } from "@rookery/sync";
import { CLIENT_MESSAGE_SPAN_MS, MAX_CLIENT_CHARS, MAX_CLIENT_MESSAGES, STALL_BYTES, STALL_MS } from "../settings.ts";
import type { Attachment } from "./attachment.ts";
import { outletOf, type Outlet } from "./outlet.ts";
import type { Pack, Payload } from "./shared-event.ts";

/** See above. */
export class Subscriber {
  readonly #ws: WebSocket;
  readonly #pack: Pack | undefined;
  #attachment: Attachment;
  #extras: FilterExtras | undefined;
  #outlet: Outlet | undefined;
  /** Bytes handed to the socket, and what of them had been read when the reader last made progress. */
  #sent = 0;
  #read = 0;
  #progressAt: number;
  #needs = 1;
  #messages = 0;
  #chars = 0;
  #messagesSince = -Infinity;

  /** @param filter what the attachment stands for; `pack` is needed by `jetstream+zstd` only. */
  constructor(ws: WebSocket, attachment: Attachment, filter: FilterSpec | undefined, pack: Pack | undefined, now: number) {
    this.#ws = ws;
    this.#attachment = attachment;
    this.#extras = extrasOf(filter);
    this.#pack = pack;
    this.#outlet = outletOf(attachment.format, filter, attachment.fromUs, pack);
    this.#sent = ws.bufferedAmount;
    this.#progressAt = now;
  }

  get attachment(): Readonly<Attachment> {
    return this.#attachment;
  }

  /** Seq after which to go on; undefined when live. */
  get behindAfter(): number | undefined {
    return this.#attachment.after;
  }

  get isWaiting(): boolean {
    return this.#attachment.waiting === true;
  }

  /** Of a Jetstream reader: what its next options_update leaves as it is unless it says otherwise. */
  get extras(): FilterExtras | undefined {
    return this.#extras;
  }

  /** Makes of an event what this reader is sent; undefined when that is the frame itself. */
  get outlet(): Outlet | undefined {
    return this.#outlet;
  }

  /** Bytes that the reader has not taken yet. */
  get unread(): number {
    return this.#ws.bufferedAmount;
  }

  /**
   * Bytes of room that what is next for this reader needs, as far as it was looked at. Until they are there nobody need look
   * again: an event may have 2 MB, and reading it from the log for each stuck reader, over and over, would be gigabytes.
   */
  get needs(): number {
    return this.#needs;
  }

  /** There was no room for so many bytes. */
  lacks(bytes: number): void {
    this.#needs = bytes;
  }

  /** Put a frame into the socket; the caller has looked for room. Throws when the socket is gone. */
  send(payload: Payload): void {
    this.#needs = 1;
    this.#ws.send(payload);
    this.#sent += payload.length;
  }

  /** From now on sent by the pump, from after `seq`. */
  fallBehind(seq: number, now: number): void {
    this.#progressAt = now;
    this.#attach({ ...this.#attachment, after: seq });
  }

  /** The pump has sent everything up to `seq`. */
  advance(seq: number): void {
    this.#attach({ ...this.#attachment, after: seq });
  }

  /** Everything in the log was sent. */
  catchUp(): void {
    const { after: _, ...live } = this.#attachment;
    this.#attach(live);
  }

  /** The client said what it wants: it is waiting no more. `stored` stands for the filter in the attachment. */
  refilter(filter: FilterSpec, stored: NonNullable<Attachment["filter"]>): void {
    const { waiting: _, ...rest } = this.#attachment;
    this.#extras = extrasOf(filter);
    this.#needs = 1;
    this.#outlet = outletOf(rest.format, filter, rest.fromUs, this.#pack);
    this.#attach({ ...rest, filter: stored });
  }

  /** Whether the reader has taken nothing, or hardly anything, for STALL_MS. Ask only while bytes wait for it. */
  stalled(now: number): boolean {
    const read = this.#sent - this.#ws.bufferedAmount;
    if (read - this.#read >= STALL_BYTES) {
      this.#read = read;
      this.#progressAt = now;
    }
    return now - this.#progressAt >= STALL_MS;
  }

  /** Count a message of the client, of so many characters; whether it has not said too much within the span. */
  maySay(now: number, chars: number): boolean {
    if (now - this.#messagesSince >= CLIENT_MESSAGE_SPAN_MS) {
      this.#messagesSince = now;
      this.#messages = 0;
      this.#chars = 0;
    }
    this.#messages++;
    this.#chars += chars;
    return this.#messages <= MAX_CLIENT_MESSAGES && this.#chars <= MAX_CLIENT_CHARS;
  }

  /** Send a last frame if there is one, and close. Never throws: the socket may be gone already. */
  close(code: number, reason: string, last?: Payload): void {
    try {
      if (last !== undefined) this.#ws.send(last);
      this.#ws.close(code, reason);
    } catch {
      // Gone is what was wanted.
    }
  }

  #attach(attachment: Attachment): void {
    this.#attachment = attachment;
    this.#ws.serializeAttachment(attachment);
  }
}

/** Without the lists, which the outlet has in its own form. */
const extrasOf = (filter: FilterSpec | undefined): FilterExtras | undefined =>
  filter === undefined ? undefined : { kinds: filter.kinds, ...(filter.prevRev === undefined ? {} : { prevRev: filter.prevRev }) };
