import type { Backend } from "./backend.ts";
import type { InboxItem } from "./inbox.ts";
import type { Incoming } from "./message.ts";

/** What arrives, opened: each item once, however many look at it, since that may take a private key and an answer of its author's host. */
export class Arrivals {
  readonly #backend: Pick<Backend, "open">;
  readonly #opened = new WeakMap<InboxItem, Promise<Incoming>>();

  constructor(backend: Pick<Backend, "open">) {
    this.#backend = backend;
  }

  /** @throws what may be tried again: asked again, it tries again. */
  open(item: InboxItem): Promise<Incoming> {
    const known = this.#opened.get(item);
    if (known !== undefined) return known;
    const opened = this.#backend.open(item);
    this.#opened.set(item, opened);
    opened.catch(() => this.#opened.delete(item));
    return opened;
  }
}
