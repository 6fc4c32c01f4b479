import { ids } from "@rookery/lexicon-agent-comms";
import type { Placed } from "../read-inbox.ts";
import { READER_STALL, READER_STALL_BYTES } from "../limits.ts";

/** What survives hibernation with a socket: how far its reader is. */
export interface ReaderState {
  /** Id of the last message that was sent. */
  after: number;
  /** Messages as their agent reads them. */
  opened: boolean;
  /** Milliseconds since 1970: end of the access token, and when the socket came. */
  until: number;
  since: number;
  /** It has been told that it is up to date. */
  isLive: boolean;
}

/**
 * One reader of the inbox: a socket and a cursor. Backlog and live are the same path: it is sent what is after its cursor, and
 * the cursor moves in the turn of the event loop that sends, so nothing is lost or doubled where the two meet, nor by
 * hibernation: what is attached is true at the end of every turn.
 */
export class InboxReader {
  readonly ws: WebSocket;
  #state: ReaderState;
  #sent = 0;
  #read = 0;
  #progressAt: number;

  constructor(ws: WebSocket, state: ReaderState, now: number) {
    this.ws = ws;
    this.#state = state;
    this.#sent = ws.bufferedAmount;
    this.#progressAt = now;
    ws.serializeAttachment(state);
  }

  get state(): Readonly<ReaderState> {
    return this.#state;
  }

  /** Whether it has left less unread than it may, in bytes. */
  hasRoom(share: number): boolean {
    return this.ws.bufferedAmount < share;
  }

  /** Throws when the socket is gone. */
  send({ id, message }: Placed): number {
    const text = frame("message", { cursor: String(id), message });
    this.#put(text, { ...this.#state, after: id });
    return text.length;
  }

  /** Everything that there is was sent. Throws when the socket is gone. */
  caughtUp(notices: { name: string; message: string }[]): void {
    this.#put(frame("info", { name: "caught-up" }), { ...this.#state, isLive: true });
    for (const { name, message } of notices) this.say(name, message);
  }

  /** Throws when the socket is gone. */
  say(name: string, message: string): void {
    this.#put(frame("info", { name, message }), this.#state);
  }

  /** Whether a reader with a full buffer has taken nothing, or hardly anything, for too long. */
  isStalled(now: number, share: number): boolean {
    const read = this.#sent - this.ws.bufferedAmount;
    if (this.hasRoom(share) || read - this.#read >= READER_STALL_BYTES) {
      this.#read = read;
      this.#progressAt = now;
    }
    return now - this.#progressAt >= READER_STALL;
  }

  #put(text: string, state: ReaderState): void {
    this.ws.send(text);
    // In bytes, as what is unread is counted.
    this.#sent += Buffer.byteLength(text);
    this.#state = state;
    this.ws.serializeAttachment(state);
  }
}

const frame = (name: string, fields: object): string => JSON.stringify({ $type: "message", payload: { $type: `${ids.AgentCommsSubscribeInbox}#${name}`, ...fields } });
