import { DRAIN_BYTES, IMPORT_STALL, IMPORT_TOTAL, WATCH_EVERY } from "./limits.ts";
import { ImportRefused } from "./refused.ts";

/** Take an upload in that nobody wants, as far as that goes: see {@link Watch.end}. */
export const drain = (stream: ReadableStream<Uint8Array>): Promise<void> => new Watch(stream.getReader()).end();

/**
 * Reads an upload, and gives it up when it stalls: one timer for all of it, since its pieces are many and small. Only the time in
 * which a piece is waited for counts: while we are at work on one the sender is held back, and it is not the sender who is slow.
 */
export class Watch {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #timer: ReturnType<typeof setInterval>;
  #isWaiting = false;
  /** Turns of the timer in which a piece was waited for: since the last one came, and in all. */
  #quiet = 0;
  #turns = 0;
  #late = false;
  #over = false;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
    this.#timer = setInterval(() => this.#turn(), WATCH_EVERY);
  }

  /** @throws {@link ImportRefused} when nothing came in time, or the sender has gone. */
  async read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    this.#isWaiting = true;
    try {
      const read = await this.#reader.read();
      this.#quiet = 0;
      this.#over = read.done;
      // A stream that is given up ends as others do.
      if (!this.#late) return read;
    } catch (error) {
      this.#over = true;
      throw new ImportRefused(`the upload broke off: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#isWaiting = false;
    }
    throw new ImportRefused("the upload did not end in time");
  }

  /** Nothing more is wanted: what still comes is taken in, up to a bound. Answering while the client is still sending cuts it off before it sees why it was refused. */
  async end(): Promise<void> {
    try {
      for (let size = 0; !this.#over && size < DRAIN_BYTES; ) size += (await this.read()).value?.byteLength ?? 0;
      if (!this.#over) await this.#reader.cancel();
    } catch {
      // The client went away: there is nobody left to answer.
    } finally {
      clearInterval(this.#timer);
    }
  }

  #turn(): void {
    if (!this.#isWaiting) return;
    this.#quiet++;
    this.#turns++;
    if (this.#quiet * WATCH_EVERY < IMPORT_STALL && this.#turns * WATCH_EVERY < IMPORT_TOTAL) return;
    this.#late = true;
    this.#over = true;
    this.#reader.cancel().catch(() => undefined);
  }
}
