import { type Outcome, fail, ok } from "@rookery/sync";
import { insertMessage, trimInbox } from "../store/inbox.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { Held, Quarantine } from "./quarantine.ts";
import type { QuarantineSelection } from "./reach-api.ts";

interface Rooms {
  storage: DurableObjectStorage;
  policy: PolicyStore;
  quarantine: Quarantine;
}

/** The agent's word on what waits in quarantine. Each decision is one transaction. */
export class Decisions {
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  /** Into the inbox, as new messages. How many. Errors: `InvalidRequest` (400). */
  release(selection: QuarantineSelection, allow: boolean): Outcome<number> {
    const { storage, quarantine } = this.#rooms;
    return this.#decide(selection, allow ? "allow" : undefined, ({ id, message, source, at }) => {
      insertMessage(storage.sql, message, source, new Date(at).toISOString());
      quarantine.remove(id);
    });
  }

  /** Not to be read. How many. Errors: `InvalidRequest` (400). */
  discard(selection: QuarantineSelection, block: boolean): Outcome<number> {
    return this.#decide(selection, block ? "block" : undefined, ({ id }) => this.#rooms.quarantine.discard(id));
  }

  #decide(selection: QuarantineSelection, list: "allow" | "block" | undefined, act: (held: Held) => void): Outcome<number> {
    const { storage, policy } = this.#rooms;
    if ((selection.uris === undefined) === (selection.author === undefined)) return fail(400, "InvalidRequest", "Give either uris or author");
    try {
      return storage.transactionSync(() => {
        const listed = list === undefined ? ok(null) : policy.list(list, this.#authorsOf(selection));
        return listed.ok ? ok(this.#each(selection, act)) : listed;
      });
    } catch (error) {
      policy.forget();
      throw error;
    }
  }

  #each(selection: QuarantineSelection, act: (held: Held) => void): number {
    let n = 0;
    for (const held of this.#rooms.quarantine.select(selection)) {
      act(held);
      n++;
    }
    trimInbox(this.#rooms.storage.sql);
    return n;
  }

  /** Whoever is named may have nothing there now, and is listed all the same. */
  #authorsOf(selection: QuarantineSelection): ReadonlySet<string> {
    if (selection.author !== undefined) return new Set([selection.author]);
    return new Set(Array.from(this.#rooms.quarantine.select(selection), ({ message }) => message.author));
  }
}
