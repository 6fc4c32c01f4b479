/**
 * One reader of the firehose: a socket and a cursor over the log.
 *
 * A reader is either *live* or *behind*. Live means: it was given every event up to the log's last. That holds at the end of
 * every turn of the event loop, since appending and sending happen in one turn, so the attachment just says "live" and needs no
 * write per event: after hibernation the cursor of a live reader is the log's end. A reader that is behind is sent slices of
 * the log by the pump, which keeps the object awake, and its attachment is written after each slice. So the attachment is true
 * at any moment, and hibernation neither loses nor repeats an event.
 */
import { STALL_MS } from "../settings.ts";

/** What survives hibernation with the socket: `live`, or the seq of the last event sent. */
export type Attachment = { live: true } | { after: number };

export class Subscriber {
  readonly #ws: WebSocket;
  /** Seq of the last event sent while behind; undefined when live. */
  #after: number | undefined;
  /** Bytes handed to the socket, and what of them had been read when it was last looked at. */
  #sent = 0;
  #read = 0;
  #progressAt: number;
  #messages = 0;

  constructor(ws: WebSocket, attachment: Attachment, now: number) {
    this.#ws = ws;
    this.#after = "live" in attachment ? undefined : attachment.after;
    this.#sent = ws.bufferedAmount;
    this.#progressAt = now;
  }

  /** Seq after which to go on; undefined when live. */
  get behindAfter(): number | undefined {
    return this.#after;
  }

  /** Bytes that the reader has not taken yet. */
  get unread(): number {
    return this.#ws.bufferedAmount;
  }

  /** Put a frame into the socket; the caller has looked at `unread`. Throws when the socket is gone. */
  send(frame: Uint8Array): void {
    this.#ws.send(frame);
    this.#sent += frame.length;
  }

  /** From now on sent by the pump, from after `seq`. */
  fallBehind(seq: number, now: number): void {
    this.#after = seq;
    this.#progressAt = now;
    this.#attach({ after: seq });
  }

  /** The pump has sent everything up to `seq`. */
  advance(seq: number): void {
    this.#after = seq;
    this.#attach({ after: seq });
  }

  /** Everything in the log was sent. */
  catchUp(): void {
    this.#after = undefined;
    this.#attach({ live: true });
  }

  /** Whether the reader has taken nothing for STALL_MS. Ask only while bytes wait for it. */
  stalled(now: number): boolean {
    const read = this.#sent - this.#ws.bufferedAmount;
    if (read > this.#read) {
      this.#read = read;
      this.#progressAt = now;
    }
    return now - this.#progressAt >= STALL_MS;
  }

  /** Count a message from the client; how many there were since the last wake-up. */
  countMessage(): number {
    return ++this.#messages;
  }

  /** Send a last frame if there is one, and close. Never throws: the socket may be gone already. */
  close(code: number, reason: string, last?: Uint8Array): void {
    try {
      if (last !== undefined) this.#ws.send(last);
      this.#ws.close(code, reason);
    } catch {
      // Gone is what was wanted.
    }
  }

  #attach(attachment: Attachment): void {
    this.#ws.serializeAttachment(attachment);
  }
}
