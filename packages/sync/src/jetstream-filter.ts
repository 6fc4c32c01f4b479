import type { EventKind } from "./event.ts";
import type { FrameView } from "./frame-view.ts";

/** What one Jetstream reader wants, as it was parsed and as it is stored. Absent means everything, but see `kinds`. */
export interface FilterSpec {
  /** NSIDs, or prefixes that end in `.*`. They choose among commits only. */
  collections?: string[];
  dids?: string[];
  kinds: EventKind[];
  /** Longest message, in bytes of its JSON text. */
  maxBytes?: number;
  /** `each`: every commit message says the rev before. `chain`: and commits of which nothing passes are told by their revs. */
  prevRev?: "each" | "chain";
}

/** What of a filter an `options_update` leaves as it is when it does not name it: stock servers know neither. */
export type FilterExtras = Pick<FilterSpec, "kinds" | "prevRev">;

/** Most `wantedCollections` and `wantedDids` of one reader (bluesky-social/jetstream). */
export const MAX_COLLECTIONS = 100;
export const MAX_DIDS = 10_000;

/** A FilterSpec made ready to be asked for every event. */
export class EventFilter {
  readonly #dids: ReadonlySet<string> | undefined;
  readonly #kinds: ReadonlySet<EventKind>;
  readonly #collections: ReadonlySet<string> | undefined;
  readonly #prefixes: readonly string[];

  constructor({ dids, kinds, collections }: FilterSpec) {
    this.#dids = dids === undefined ? undefined : new Set(dids);
    this.#kinds = new Set(kinds);
    this.#collections = collections === undefined ? undefined : new Set(collections.filter((pattern) => !pattern.endsWith(".*")));
    this.#prefixes = (collections ?? []).filter((pattern) => pattern.endsWith(".*")).map((pattern) => pattern.slice(0, -1));
  }

  /** Whether an event may pass at all, by account and kind. */
  wants({ kind, did }: FrameView): boolean {
    return this.#kinds.has(kind) && (this.#dids === undefined || this.#dids.has(did));
  }

  wantsCollection(collection: string): boolean {
    return this.#collections === undefined || this.#collections.has(collection) || this.#prefixes.some((prefix) => collection.startsWith(prefix));
  }
}
