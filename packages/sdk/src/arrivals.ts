import { UnprovenError } from "@rookery/envelope";
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

  /** @throws what may be tried again: asked again, it tries again. UnprovenError is final here: the same comes as another item. */
  open(item: InboxItem): Promise<Incoming> {
    const known = this.#opened.get(item);
    if (known !== undefined) return known;
    const opened = this.#backend.open(item);
    this.#opened.set(item, opened);
    // What comes again by itself comes as an item of its own.
    opened.catch((error: unknown) => error instanceof UnprovenError || this.#opened.delete(item));
    return opened;
  }
}
