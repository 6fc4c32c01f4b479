import { MAX_KEYS_OF_ONE, MAX_KEY_AUTHORS, MAX_OWN_KEYS } from "./limits.ts";
import { type Json, type Ref, canonical, textAt } from "./fields.ts";
import { clearKinds, type Ports } from "./ports.ts";

const AUTHOR = "intent-author";

/** Keys of one author are a kind of their own: each is an entry, however many there are. */
const kindOf = (author: string): string => `intent ${author}`;

/** One idempotencyKey: what it was used for first. */
interface Intent extends Ref {
  content: string;
  at: number;
}

/** What is remembered of one author: how many keys, and when the newest came. */
interface Author {
  at: number;
  count: number;
}

/** What a record is to those before it that carried the same idempotencyKey. */
export type Intention = { kind: "first" } | { kind: "repeat"; of: Ref } | { kind: "conflict"; with: Ref };

const FIRST: Intention = { kind: "first" };

/** What differs between two ways to say one thing, and does not count. Moments are mostly told from now: half an hour from now is another one each time. */
const INCIDENTAL: ReadonlySet<string> = new Set(["$type", "createdAt", "trace", "hopCount", "idempotencyKey", "deadline", "notBefore", "expiresAt"]);

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
    const known = key === undefined ? undefined : this.#ports.store.get<Intent>(kindOf(author), key);
    if (known === undefined || known.uri === uri) return FIRST;
    const ref = { uri: known.uri, cid: known.cid };
    return known.content === this.#contentOf(record) ? { kind: "repeat", of: ref } : { kind: "conflict", with: ref };
  }

  /** Remember what a key was used for: the first use stands. */
  note(author: string, collection: string, record: Json, { uri, cid }: Ref): void {
    const { store, now } = this.#ports;
    const key = keyOf(collection, record);
    if (key === undefined || store.get<Intent>(kindOf(author), key) !== undefined) return;
    const known = store.get<Author>(AUTHOR, author);
    if (known === undefined && store.count(AUTHOR) >= MAX_KEY_AUTHORS) this.#forgetAuthors();
    store.put(kindOf(author), key, { uri, cid, content: this.#contentOf(record), at: now() } satisfies Intent);
    const count = (known?.count ?? 0) + 1;
    store.put(AUTHOR, author, { at: now(), count: count > this.#mostOf(author) * 1.1 ? this.#forgetKeys(author) : count } satisfies Author);
  }

  /** The key now stands for the record that took the place of another. */
  replace(author: string, before: string, after: Ref): void {
    const { store } = this.#ports;
    for (const { name, value } of store.list<Intent>(kindOf(author))) if (value.uri === before) store.put(kindOf(author), name, { ...value, ...after } satisfies Intent);
  }

  /** Forget all, the agent's own as well. */
  clear(): void {
    const { store } = this.#ports;
    for (const { name } of store.list(AUTHOR)) clearKinds(store, [kindOf(name)]);
    clearKinds(store, [AUTHOR]);
  }

  #contentOf(record: Json): string {
    return this.#ports.digest(canonical(Object.fromEntries(Object.entries(record).filter(([name]) => !INCIDENTAL.has(name)))));
  }

  /** Of one author, oldest first. Returns how many are left. */
  #forgetKeys(author: string): number {
    const { store } = this.#ports;
    const newestFirst = store.list<Intent>(kindOf(author)).toSorted((a, b) => b.value.at - a.value.at);
    for (const { name } of newestFirst.slice(this.#mostOf(author))) store.delete(kindOf(author), name);
    return Math.min(newestFirst.length, this.#mostOf(author));
  }

  #mostOf(author: string): number {
    return author === this.#ports.did ? MAX_OWN_KEYS : MAX_KEYS_OF_ONE;
  }

  /** A tenth at a time, so that it is seldom. Never what the agent's own records said. */
  #forgetAuthors(): void {
    const { store, did } = this.#ports;
    const oldest = store.list<Author>(AUTHOR).filter(({ name }) => name !== did).toSorted((a, b) => a.value.at - b.value.at);
    for (const { name } of oldest.slice(0, MAX_KEY_AUTHORS / 10)) {
      clearKinds(store, [kindOf(name)]);
      store.delete(AUTHOR, name);
    }
  }
}

const keyOf = (collection: string, record: Json): string | undefined => {
  const key = textAt(record, "idempotencyKey");
  return key === undefined ? undefined : `${collection} ${key}`;
};
