import { UnprovenError } from "@rookery/envelope";
import type { Arrivals } from "./arrivals.ts";
import { collectionOf } from "./at-uri.ts";
import type { Inbox, InboxItem } from "./inbox.ts";
import type { Incoming } from "./message.ts";

/** What arrives, for the parts of the SDK that wait for something of it. */
export class Mail {
  readonly #inbox: Inbox;
  readonly #arrivals: Arrivals;
  /** Whether each has to be opened as soon as it is read, and in order: what comes later may be about it. */
  readonly #inOrder: boolean;
  #hasBegun = false;

  constructor(inbox: Inbox, arrivals: Arrivals, inOrder: boolean) {
    this.#inbox = inbox;
    this.#arrivals = arrivals;
    this.#inOrder = inOrder;
  }

  /**
   * See what was accepted as soon as it is read, ahead of whoever works on it: not in a strict order, and perhaps again.
   * @param collections what to look at; nothing else is opened for it. @returns a function that stops watching.
   */
  watch(collections: readonly string[], see: (incoming: Incoming) => void): () => void {
    this.#begin();
    // What does not open is no answer; whoever listens is told of it.
    const look = (item: InboxItem): void => void this.#arrivals.open(item).then((incoming) => (incoming.disposition === "accepted" ? see(incoming) : undefined), () => undefined);
    return this.#inbox.watch((item) => {
      if (collections.includes(collectionOf(item.uri))) look(item);
    });
  }

  /** Wait for the first that is right. @returns undefined when the signal is aborted first. */
  first<T>(collections: readonly string[], right: (incoming: Incoming) => T | undefined, signal: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = (found: T | undefined): void => {
        stop();
        signal.removeEventListener("abort", giveUp);
        resolve(found);
      };
      const giveUp = (): void => end(undefined);
      const stop = this.watch(collections, (incoming) => {
        const found = right(incoming);
        if (found !== undefined) end(found);
      });
      if (signal.aborted) giveUp();
      else signal.addEventListener("abort", giveUp);
    });
  }

  /** Work on everything, in order, one at a time; who throws gets the item again. What cannot be proven now comes later, with what its author said since. @returns a function that stops. */
  listen(work: (incoming: Incoming) => void | Promise<void>): () => void {
    this.#begin();
    return this.#inbox.listen(async (item) => {
      let incoming: Incoming;
      try {
        incoming = await this.#arrivals.open(item);
      } catch (error) {
        if (error instanceof UnprovenError) return;
        throw error;
      }
      await work(incoming);
    });
  }

  /** The first to see each item. What cannot be opened now is opened when it is worked on. */
  #begin(): void {
    if (!this.#inOrder || this.#hasBegun) return;
    this.#hasBegun = true;
    this.#inbox.watch((item) => void this.#arrivals.open(item).catch(() => undefined));
  }
}
