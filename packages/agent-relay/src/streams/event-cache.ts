import type { LoggedFrame } from "../log.ts";
import { SharedEvent } from "./shared-event.ts";

/** What an entry takes beside its bytes, roughly. */
const ENTRY_BYTES = 200;

/**
 * Events that readers looked at lately, with their encodings: bounded by bytes, least recently used first out. Readers at the
 * same place of the log, live or catching up together, share them.
 */
export class EventCache {
  readonly #maxBytes: number;
  readonly #events = new Map<number, { event: SharedEvent; bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held, frames and encodings. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The shared form of an event that was read from the log. */
  of(logged: LoggedFrame): SharedEvent {
    const { seq } = logged;
    const known = this.#events.get(seq);
    if (known !== undefined) {
      this.#events.delete(seq);
      this.#events.set(seq, known);
      return known.event;
    }
    const entry = { event: new SharedEvent(logged, (bytes) => this.#grow(seq, bytes)), bytes: 0 };
    this.#events.set(seq, entry);
    this.#grow(seq, logged.frame.length + ENTRY_BYTES);
    return entry.event;
  }

  /** The entry just used is the newest, so it goes last; an event that was forgotten meanwhile counts no more. */
  #grow(seq: number, bytes: number): void {
    const entry = this.#events.get(seq);
    if (entry === undefined) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#events) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#events.delete(oldest);
      this.#bytes -= freed;
    }
  }
}
