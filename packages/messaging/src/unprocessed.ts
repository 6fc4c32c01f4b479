import { MAX_UNPROCESSED } from "./limits.ts";
import type { Ports } from "./ports.ts";

/** Kind of what is kept here. */
export const UNPROCESSED = "unprocessed";

/** A message whose author wants to hear that it was acted upon. */
interface Kept {
  cid: string;
  author: string;
  sealed: boolean;
  at: number;
}

/** Messages that wait for the agent to say that it has acted on them. */
export class Unprocessed {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  put(uri: string, message: Omit<Kept, "at">): void {
    const { store, now } = this.#ports;
    store.put(UNPROCESSED, uri, { ...message, at: now() } satisfies Kept);
    if (store.count(UNPROCESSED) <= MAX_UNPROCESSED) return;
    const oldest = store.list<Kept>(UNPROCESSED).toSorted((a, b) => a.value.at - b.value.at);
    for (const { name } of oldest.slice(0, MAX_UNPROCESSED / 10)) store.delete(UNPROCESSED, name);
  }

  /** The message, once. */
  take(uri: string): Omit<Kept, "at"> | undefined {
    const { store } = this.#ports;
    const kept = store.get<Kept>(UNPROCESSED, uri);
    if (kept !== undefined) store.delete(UNPROCESSED, uri);
    return kept;
  }
}
