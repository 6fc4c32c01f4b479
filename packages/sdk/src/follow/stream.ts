import { pauseBefore, sleep, type Pauses } from "./backoff.ts";
import { Socket, type Connect, type RawMessage, type SocketLimits } from "./socket.ts";

/** What reading a stream over broken connections needs. */
export interface StreamOptions {
  /** Where to connect now: asked each time, after everything that came before was dealt with. */
  url: () => string;
  connect: Connect;
  limits: SocketLimits;
  pauses: Pauses;
  signal: AbortSignal;
  /** Told each time a connection has ended. */
  onEnd: (why: string) => void;
}

/** A stream that is connected again whenever its connection ends. */
export class Stream {
  readonly #options: StreamOptions;
  #socket: Socket | undefined;
  #tries = 0;

  constructor(options: StreamOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#socket?.close(), { once: true });
  }

  /** The next message; undefined after `within` ms without one, or when aborted. */
  async next(within: number): Promise<RawMessage | undefined> {
    const { signal } = this.#options;
    const patience = new AbortController();
    const timer = Number.isFinite(within) ? setTimeout(() => patience.abort(), within) : undefined;
    const late = new Promise<void>((resolve) => patience.signal.addEventListener("abort", () => resolve()));
    try {
      while (!signal.aborted && !patience.signal.aborted) {
        const socket = await this.#connected();
        if (socket === undefined) break;
        const message = socket.take();
        if (message !== undefined) return message;
        if (socket.ended === undefined) await Promise.race([socket.ready(), late]);
        else this.#gone(socket);
      }
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Give the present connection up, with what waits in it. `soon`: without a pause. */
  reconnect(soon = false): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#tries = soon ? 0 : 1;
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #connected(): Promise<Socket | undefined> {
    const { url, connect, limits, pauses, signal } = this.#options;
    if (this.#socket !== undefined) return this.#socket;
    if (this.#tries > 0) await sleep(pauseBefore(this.#tries - 1, pauses), signal);
    if (signal.aborted) return undefined;
    this.#socket = new Socket(connect, url(), limits);
    return this.#socket;
  }

  #gone(socket: Socket): void {
    this.#socket = undefined;
    // One that brought something was a good one: the next try is the first again.
    this.#tries = socket.heard ? 1 : this.#tries + 1;
    this.#options.onEnd(socket.ended ?? "");
  }
}
