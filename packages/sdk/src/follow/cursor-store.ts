/** Where a follower keeps its place. */
export interface CursorStore {
  /** The place saved last; undefined for none, which begins with what comes from now on. 0 begins with the oldest there is. */
  load(): number | undefined | Promise<number | undefined>;
  /** Everything up to here was handled. */
  save(cursor: number): void | Promise<void>;
}

/** Saves a cursor, not more often than an interval says, and never one beyond what was handled. */
export class CursorSaver {
  readonly #store: CursorStore | undefined;
  readonly #intervalMs: number;
  readonly #now: () => number;
  #saved: number | undefined;
  #handled: number | undefined;
  #savedAt = 0;

  constructor(store: CursorStore | undefined, intervalMs: number, now: () => number) {
    this.#store = store;
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** Everything up to `cursor` was handled. */
  async handled(cursor: number): Promise<void> {
    this.#handled = cursor;
    if (this.#now() - this.#savedAt >= this.#intervalMs) await this.flush();
  }

  /** Save now what was not saved yet. */
  async flush(): Promise<void> {
    const handled = this.#handled;
    if (handled === undefined || handled === this.#saved) return;
    this.#savedAt = this.#now();
    await this.#store?.save(handled);
    this.#saved = handled;
  }
}
