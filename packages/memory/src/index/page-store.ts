/** Where the index lies: pages by name, as bytes that only their owner can read. */
export interface PageStore {
  /** Every page, in any order; read one by one. */
  all(): Iterable<{ name: string; data: Uint8Array }>;
  get(name: string): Uint8Array | undefined;
  /** All of it or nothing, together with the note that what `done` names is in the index now (see MemoryRecords.changed). */
  commit(change: PageChange): void;
  /** Delete every page, also those that cannot be read. */
  clear(): void;
}

/** What one write of the index changes, in one transaction. */
export interface PageChange {
  put: { name: string; data: Uint8Array }[];
  drop: string[];
  /** Marks of changes that are taken in with this. */
  done: Mark[];
}

/** A memory that changed, and which change it was: one that comes meanwhile has another `at`. */
export interface Mark {
  path: string;
  at: string;
}

/** Pages in memory, of an agent that builds its index at every start. */
export function memoryPages(settle: (done: Mark[]) => void = () => undefined): PageStore {
  const pages = new Map<string, Uint8Array>();
  return {
    *all() {
      for (const [name, data] of pages) yield { name, data };
    },
    get: (name) => pages.get(name),
    commit({ put, drop, done }) {
      for (const name of drop) pages.delete(name);
      for (const { name, data } of put) pages.set(name, data);
      settle(done);
    },
    clear: () => pages.clear(),
  };
}
