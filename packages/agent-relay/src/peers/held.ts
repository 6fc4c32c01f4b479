import { MAX_HELD_BYTES, MAX_HELD_EVENTS, MAX_HELD_PER_ACCOUNT } from "./settings.ts";
import type { StreamItem } from "./stream-item.ts";

/**
 * Events of accounts whose repository is being fetched, in memory only. Losing them (a crash, or too many of them) costs
 * another fetch: the account's next commit does not fit, and that is noticed.
 */
export class Held {
  readonly #items = new Map<string, StreamItem[]>();
  #count = 0;
  #bytes = 0;

  /** Keep an event behind those of its account. When there is no room all of the account's go, this one included. */
  add(did: string, item: StreamItem): boolean {
    const items = this.#items.get(did) ?? [];
    const fits = items.length < MAX_HELD_PER_ACCOUNT && this.#count < MAX_HELD_EVENTS && this.#bytes + item.frame.length <= MAX_HELD_BYTES;
    if (!fits) {
      this.take(did);
      return false;
    }
    items.push(item);
    this.#items.set(did, items);
    this.#count++;
    this.#bytes += item.frame.length;
    return true;
  }

  /** Hand out an account's events, oldest first, and forget them. */
  take(did: string): StreamItem[] {
    const items = this.#items.get(did) ?? [];
    this.#items.delete(did);
    this.#count -= items.length;
    for (const { frame } of items) this.#bytes -= frame.length;
    return items;
  }

  clear(): void {
    this.#items.clear();
    this.#count = 0;
    this.#bytes = 0;
  }
}
