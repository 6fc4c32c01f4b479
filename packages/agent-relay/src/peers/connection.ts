/**
 * An outgoing WebSocket, read by pulling.
 *
 * The runtime hands messages over as they come, without back-pressure, so what was not taken yet waits in a queue bounded by
 * count and bytes. When it is full the socket is closed (`overflow`): what waits can still be taken, and the reader connects
 * again from its stored cursor. That is also how a reader throttles a host: it takes nothing for a while.
 *
 * A client cannot send pings here, and a host that sends a message byte by byte looks like one that sends nothing: after
 * `idleMs` without a whole message the socket is closed (`idle`), and connecting again costs a silent host one request.
 * Outgoing sockets cannot hibernate and go with the object's eviction: whoever owns one sets an alarm (see PeerObject).
 */

/** Bounds of one connection. Times in milliseconds. */
export interface ConnectionLimits {
  /** A longer message is not kept; the reader learns only that there was one. */
  maxMessageBytes: number;
  /** What may wait to be taken. */
  maxQueuedBytes: number;
  maxQueuedMessages: number;
  connectTimeoutMs: number;
  idleMs: number;
}

/** What a connection needs beside its bounds. */
export interface ConnectionOptions {
  limits: ConnectionLimits;
  /** Milliseconds since 1970. */
  now: () => number;
  headers?: Record<string, string>;
  /** How the upgrade request is sent; default `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** A message as it came; `oversize` stands for one beyond the limit, with its bytes (UTF-16 units of a text). */
export type Received = { kind: "binary"; bytes: Uint8Array } | { kind: "text"; text: string } | { kind: "oversize"; size: number };

/** Why a connection is over, or never was: `refused` by the host's HTTP answer, `unreachable`, `closed` by the host, ... */
export interface Ending {
  cause: "refused" | "unreachable" | "closed" | "idle" | "overflow" | "stopped";
  /** For people. */
  message: string;
  /** HTTP status, when refused. */
  status?: number;
  /** Seconds the host asks to wait (`Retry-After`), when it refused with that. */
  retryAfterS?: number;
}

/** A connection, or why there is none. */
export type Connected = { ok: true; connection: Connection } | { ok: false; ending: Ending };

/** Connect to a `ws:`, `wss:`, `http:` or `https:` URL. Never throws for what the other side does. Redirects are refused. */
export async function connect(url: string, options: ConnectionOptions): Promise<Connected> {
  const target = url.replace(/^ws/, "http");
  const request = options.fetch ?? fetch;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), options.limits.connectTimeoutMs);
  try {
    const response = await request(target, { headers: { ...options.headers, upgrade: "websocket" }, redirect: "manual", signal: patience.signal });
    const socket = response.webSocket;
    if (socket !== null && socket !== undefined) return { ok: true, connection: new Connection(socket, options) };
    await response.body?.cancel();
    return { ok: false, ending: { cause: "refused", message: `no WebSocket but HTTP ${response.status}`, status: response.status, ...retryAfter(response) } };
  } catch (error) {
    const message = patience.signal.aborted ? `no answer within ${options.limits.connectTimeoutMs} ms` : String(error);
    return { ok: false, ending: { cause: "unreachable", message } };
  } finally {
    clearTimeout(timer);
  }
}

/** See above; made by {@link connect}. One reader at a time. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #limits: ConnectionLimits;
  readonly #now: () => number;
  #queue: Received[] = [];
  #queuedBytes = 0;
  #ending: Ending | undefined;
  #wake: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastAt: number;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#limits = options.limits;
    this.#now = () => options.now();
    this.#lastAt = this.#now();
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }: { data: unknown }) => this.#receive(data));
    socket.addEventListener("close", ({ code, reason }: { code: number; reason: string }) => this.#end({ cause: "closed", message: `closed with ${code}${reason === "" ? "" : `: ${reason.slice(0, 200)}`}` }));
    socket.addEventListener("error", () => this.#end({ cause: "closed", message: "the connection broke" }));
    socket.accept();
    this.#watch(options.limits.idleMs);
  }

  /** Why the connection is over; undefined while it is not. Messages may still wait. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Time of the last whole message, or of connecting. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Bytes that wait to be taken. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * The next messages, oldest first: at most `messages`, ending with the one that reaches `bytes`. Waits for the first.
   * None: the connection is over and everything was taken.
   */
  async take(messages: number, bytes: number): Promise<Received[]> {
    while (this.#queue.length === 0 && this.#ending === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    let count = 0;
    let size = 0;
    while (count < this.#queue.length && count < messages && size < bytes) size += sizeOf(this.#queue[count++]);
    this.#queuedBytes -= size;
    return this.#queue.splice(0, count);
  }

  /** Send a text: what a Jetstream's options_update needs. Nothing happens when the connection is over. */
  send(text: string): void {
    if (this.#ending === undefined) this.#socket.send(text);
  }

  /** Close, and drop what waits. */
  close(reason = "done"): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#end({ cause: "stopped", message: reason }, 1000);
  }

  #receive(data: unknown): void {
    // After closing, messages already under way still come in.
    if (this.#ending !== undefined) return;
    this.#lastAt = this.#now();
    const message = received(data, this.#limits.maxMessageBytes);
    const size = sizeOf(message);
    if (this.#queue.length >= this.#limits.maxQueuedMessages || (this.#queuedBytes + size > this.#limits.maxQueuedBytes && this.#queue.length > 0)) {
      this.#end({ cause: "overflow", message: `${this.#queue.length} messages of ${this.#queuedBytes} bytes wait` }, 1000);
      return;
    }
    this.#queue.push(message);
    this.#queuedBytes += size;
    this.#wake?.();
  }

  #end(ending: Ending, code?: number): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    try {
      this.#socket.close(code ?? 1000, ending.cause);
    } catch {
      // Already closed on both sides.
    }
    this.#wake?.();
  }

  #watch(inMs: number): void {
    this.#timer = setTimeout(() => {
      const silent = this.#now() - this.#lastAt;
      // What waits to be taken says that the reader is slow, not the host.
      if (silent < this.#limits.idleMs || this.#queue.length > 0) this.#watch(Math.max(1, this.#limits.idleMs - silent));
      else this.#end({ cause: "idle", message: `no message for ${silent} ms` }, 1000);
    }, inMs);
  }
}

function received(data: unknown, maxBytes: number): Received {
  if (typeof data === "string") return data.length > maxBytes ? { kind: "oversize", size: data.length } : { kind: "text", text: data };
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array();
  return bytes.length > maxBytes ? { kind: "oversize", size: bytes.length } : { kind: "binary", bytes };
}

/** Bytes that a waiting message costs, with something for its place in the queue. */
function sizeOf(message: Received | undefined): number {
  const own = 64;
  if (message === undefined || message.kind === "oversize") return own;
  return own + (message.kind === "binary" ? message.bytes.length : 2 * message.text.length);
}

function retryAfter(response: Response): { retryAfterS?: number } {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterS: seconds } : {};
}
