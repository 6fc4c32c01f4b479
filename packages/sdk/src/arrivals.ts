import { OpenError } from "@rookery/envelope";
import type { InboxItem } from "./inbox.ts";
import { type Incoming, toIncoming } from "./message.ts";
import type { Sealer } from "./sealer.ts";

/** What arrives, opened: each item once, however many look at it, since that takes a private key and an answer of its author's host. */
export class Arrivals {
  readonly #sealer: Sealer;
  readonly #opened = new WeakMap<InboxItem, Promise<Incoming>>();

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** @throws what the sealer throws but OpenError: asked again, it tries again. */
  open(item: InboxItem): Promise<Incoming> {
    const known = this.#opened.get(item);
    if (known !== undefined) return known;
    const opened = this.#open(item);
    this.#opened.set(item, opened);
    opened.catch(() => this.#opened.delete(item));
    return opened;
  }

  async #open(item: InboxItem): Promise<Incoming> {
    const { uri, cid, author, receivedAt, value } = item;
    if (value === undefined || cid === undefined) return toIncoming(item);
    try {
      const { record, sealed } = await this.#sealer.open({ uri, record: value, cid });
      // The address is what was proven; an author beside it is the host's word.
      if (sealed && !uri.startsWith(`at://${author}/`)) throw new OpenError();
      return toIncoming({ ...item, value: record }, sealed);
    } catch (error) {
      // It will never open: the reader is told, and goes on to the next.
      if (!(error instanceof OpenError)) throw error;
      return { kind: "unopened", uri, cid, author, receivedAt, sealed: false, record: { ...value, $type: String(value["$type"]) } };
    }
  }
}
