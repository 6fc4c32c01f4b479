import { MAX_KEYS_OF_ONE, MAX_KEY_AUTHORS } from "./limits.ts";
import { type Json, type Ref, canonical, textAt } from "./fields.ts";
import type { Ports } from "./ports.ts";

const KIND = "intent";

/** One idempotencyKey: what it was used for first. */
interface Intent extends Ref {
  /** Collection and key. */
  key: string;
  content: string;
}

/** What is remembered of one author, oldest first. */
interface Kept {
  at: number;
  intents: Intent[];
}

/** What a record is to those before it that carried the same idempotencyKey. */
export type Intention = { kind: "first" } | { kind: "repeat"; of: Ref } | { kind: "conflict"; with: Ref };

const FIRST: Intention = { kind: "first" };

/** What differs between two ways to say one thing, and does not count. */
const INCIDENTAL: ReadonlySet<string> = new Set(["$type", "createdAt", "trace", "hopCount", "idempotencyKey"]);

/**
 * Equal idempotencyKeys of one repository and collection mean one intent: the same content again is a repeat, other content
 * a conflict. What an author's own records said is remembered in the same way.
 */
export class Intents {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Judge a record; nothing is remembered by that. The very same record is no repeat of itself. */
  judge(author: string, collection: string, record: Json, uri?: string): Intention {
    const key = keyOf(collection, record);
    if (key === undefined) return FIRST;
    const known = this.#kept(author)?.intents.find((intent) => intent.key === key);
    if (known === undefined || known.uri === uri) return FIRST;
    const ref = { uri: known.uri, cid: known.cid };
    return known.content === this.#contentOf(record) ? { kind: "repeat", of: ref } : { kind: "conflict", with: ref };
  }

  /** Remember what a key was used for: the first use stands. */
  note(author: string, collection: string, record: Json, { uri, cid }: Ref): void {
    const key = keyOf(collection, record);
    if (key === undefined) return;
    const kept = this.#kept(author);
    if (kept?.intents.some((intent) => intent.key === key)) return;
    if (kept === undefined && this.#ports.store.count(KIND) >= MAX_KEY_AUTHORS) this.#forgetOldest();
    const intents = [...(kept?.intents ?? []), { key, uri, cid, content: this.#contentOf(record) }].slice(-MAX_KEYS_OF_ONE);
    this.#ports.store.put(KIND, author, { at: this.#ports.now(), intents } satisfies Kept);
  }

  /** The key now stands for the record that took the place of another. */
  replace(author: string, before: string, after: Ref): void {
    const kept = this.#kept(author);
    if (kept === undefined) return;
    const intents = kept.intents.map((intent) => (intent.uri === before ? { ...intent, ...after } : intent));
    this.#ports.store.put(KIND, author, { ...kept, intents } satisfies Kept);
  }

  #kept(author: string): Kept | undefined {
    return this.#ports.store.get<Kept>(KIND, author);
  }

  #contentOf(record: Json): string {
    return this.#ports.digest(canonical(Object.fromEntries(Object.entries(record).filter(([name]) => !INCIDENTAL.has(name)))));
  }

  /** A tenth at a time, so that it is seldom. Never what the agent's own records said. */
  #forgetOldest(): void {
    const { store, did } = this.#ports;
    const oldest = store.list<Kept>(KIND).filter(({ name }) => name !== did).toSorted((a, b) => a.value.at - b.value.at);
    for (const { name } of oldest.slice(0, MAX_KEY_AUTHORS / 10)) store.delete(KIND, name);
  }
}

const keyOf = (collection: string, record: Json): string | undefined => {
  const key = textAt(record, "idempotencyKey");
  return key === undefined ? undefined : `${collection} ${key}`;
};
