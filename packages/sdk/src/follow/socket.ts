import { CONNECT_MS, MAX_WAITING_BYTES, MAX_WAITING_MESSAGES, SILENCE_MS } from "./settings.ts";

/** What is used of a WebSocket: the global one of browsers, workerd and Node 22, or one given. */
export interface SocketLike {
  binaryType: string;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data?: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code?: number; reason?: string }) => void): void;
  close(code?: number): void;
  /** Needed where `ping` is asked for. */
  send?(text: string): void;
}

/** Makes a WebSocket that connects to the URL. */
export type Connect = (url: string) => SocketLike;

/** One message as it came: bytes or text, as the stream's format has it. */
export type RawMessage = Uint8Array | string;

/** Bounds of one connection. */
export interface SocketLimits {
  silenceMs: number;
  connectMs: number;
  maxWaitingBytes: number;
  maxWaitingMessages: number;
  /** Said again and again to a host that answers it, so that one that is gone is noticed by its silence. */
  ping?: { text: string; everyMs: number };
}

export const SOCKET_LIMITS: SocketLimits = {
  silenceMs: SILENCE_MS,
  connectMs: CONNECT_MS,
  maxWaitingBytes: MAX_WAITING_BYTES,
  maxWaitingMessages: MAX_WAITING_MESSAGES,
};

/** One connection, read by pulling. What waits is bounded; at the bound, after silence and on errors the connection ends. */
export class Socket {
  readonly #socket: SocketLike;
  readonly #limits: SocketLimits;
  #waiting: RawMessage[] = [];
  #bytes = 0;
  #ended: string | undefined;
  #wake = (): void => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pinging: ReturnType<typeof setInterval> | undefined;
  /** Whether anything came. */
  heard = false;

  constructor(connect: Connect, url: string, limits: SocketLimits) {
    this.#limits = limits;
    this.#socket = connect(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", () => this.#opened());
    this.#socket.addEventListener("message", ({ data }) => this.#receive(data));
    this.#socket.addEventListener("error", () => this.#end(`no connection to ${url}`));
    this.#socket.addEventListener("close", ({ code, reason }) => this.#end(`closed with ${code ?? "no code"}${reason === undefined || reason === "" ? "" : ` ${reason.slice(0, 200)}`}`));
    this.#watch(limits.connectMs, "no connection");
  }

  /** Why there will be no more; what waits can still be taken. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** The next message, if one waits. */
  take(): RawMessage | undefined {
    const message = this.#waiting.shift();
    if (message !== undefined) this.#bytes -= message.length;
    return message;
  }

  /** Resolves when something waits, or the connection has ended. */
  async ready(): Promise<void> {
    if (this.#waiting.length > 0 || this.#ended !== undefined) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Close, and drop what waits. */
  close(): void {
    this.#waiting = [];
    this.#bytes = 0;
    this.#end("closed here");
  }

  #opened(): void {
    this.#watch(this.#limits.silenceMs, "nothing came");
    const { ping } = this.#limits;
    if (ping !== undefined && this.#ended === undefined) this.#pinging = setInterval(() => this.#socket.send?.(ping.text), ping.everyMs);
  }

  #receive(data: unknown): void {
    if (this.#ended !== undefined) return;
    const message = data instanceof ArrayBuffer ? new Uint8Array(data) : data instanceof Uint8Array || typeof data === "string" ? data : undefined;
    if (message === undefined) {
      this.#end("a message that is neither bytes nor text");
      return;
    }
    this.heard = true;
    this.#waiting.push(message);
    this.#bytes += message.length;
    this.#wake();
    if (this.#bytes > this.#limits.maxWaitingBytes || this.#waiting.length > this.#limits.maxWaitingMessages) this.#end("too much waits here; going on from there");
    else this.#watch(this.#limits.silenceMs, "nothing came");
  }

  #watch(ms: number, what: string): void {
    clearTimeout(this.#timer);
    if (this.#ended === undefined) this.#timer = setTimeout(() => this.#end(`${what} within ${ms} ms`), ms);
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    clearTimeout(this.#timer);
    clearInterval(this.#pinging);
    try {
      this.#socket.close(1000);
    } catch {
      // Some sockets cannot be closed before they are open; without a listener that looks they are gone as well.
    }
    this.#wake();
  }
}
