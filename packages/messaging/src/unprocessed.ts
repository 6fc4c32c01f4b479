import { MAX_UNPROCESSED } from "./limits.ts";
import type { Ports } from "./ports.ts";

const KIND = "unprocessed";

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
    store.put(KIND, uri, { ...message, at: now() } satisfies Kept);
    if (store.count(KIND) <= MAX_UNPROCESSED) return;
    const oldest = store.list<Kept>(KIND).toSorted((a, b) => a.value.at - b.value.at);
    for (const { name } of oldest.slice(0, MAX_UNPROCESSED / 10)) store.delete(KIND, name);
  }

  /** The message, once. */
  take(uri: string): Omit<Kept, "at"> | undefined {
    const { store } = this.#ports;
    const kept = store.get<Kept>(KIND, uri);
    if (kept !== undefined) store.delete(KIND, uri);
    return kept;
  }
}
