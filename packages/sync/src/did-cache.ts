import type { ResolveDid } from "./resolve-did.ts";

/** Bounds of a {@link DidCache}. */
export interface DidCacheLimits {
  /** How long a document is believed, in ms. Identity events ask anew long before; this covers those that got lost. */
  lifeMs: number;
  /** How long "there is none" is believed: short, an account may be about to appear. */
  absentMs: number;
  /**
   * How often `fresh` asks the directory again for one DID: `refreshBurst` times at once, and once in each gap in the long run. An
   * account may change its key the moment after it was looked up, and what it signs then must verify; whoever sends bad
   * signatures must not make us flood the directory.
   */
  refreshGapMs: number;
  refreshBurst: number;
  /** After a failure the directory is left in peace for this long, and the failure told again. */
  failureMs: number;
  /** Documents remembered, and their size as JSON text in characters; beyond either, those resolved longest ago go. */
  maxEntries: number;
  maxChars: number;
  /**
   * How long a look-up that somebody else began is waited for, before one's own: in workerd one that began in a request or
   * object that is gone never ends, and nobody may wait for it for ever.
   */
  sharedMs: number;
}

export const DEFAULT_DID_CACHE: DidCacheLimits = {
  lifeMs: 10 * 60_000,
  absentMs: 10_000,
  refreshGapMs: 2_000,
  refreshBurst: 10,
  failureMs: 1_000,
  maxEntries: 20_000,
  maxChars: 16_000_000,
  sharedMs: 1_000,
};

interface Entry {
  document: unknown;
  /** Failure of the last look-up; `document` is not set then. */
  error?: Error;
  at: number;
  chars: number;
  /** When fresh look-ups will have been paid for, one gap each. */
  freshUntil: number;
}

/** DID documents, remembered for a while. Look-ups of one DID at the same time are one, but for those that must be fresh. */
export class DidCache {
  readonly #resolve: ResolveDid;
  readonly #limits: DidCacheLimits;
  readonly #now: () => number;
  readonly #known = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<unknown>>();
  #chars = 0;

  constructor(resolve: ResolveDid, limits: Partial<DidCacheLimits> = {}, now: () => number = () => Date.now()) {
    this.#resolve = resolve;
    this.#limits = { ...DEFAULT_DID_CACHE, ...limits };
    this.#now = now;
  }

  /** Documents and failures remembered now. */
  get size(): number {
    return this.#known.size;
  }

  /** Look-ups under way that others may share. */
  get asking(): number {
    return this.#pending.size;
  }

  /**
   * The document; undefined when there is none. Throws when it cannot be had now.
   * @param fresh ask the directory again, unless that was done too often just now. A look-up that somebody began before is not
   * shared then: it may tell of what was before whatever the caller has seen.
   */
  async resolve(did: string, { fresh = false }: { fresh?: boolean } = {}): Promise<unknown> {
    const { sharedMs, refreshGapMs } = this.#limits;
    const earlier = fresh ? this.#pending.get(did) : undefined;
    if (earlier !== undefined) await inTime(earlier.catch(() => undefined), sharedMs);
    const pending = this.#pending.get(did);
    if (earlier === undefined || pending === undefined || pending === earlier) {
      const entry = this.#known.get(did);
      const now = this.#now();
      if (entry !== undefined && now - entry.at < this.#lifeOf(entry) && !(fresh && this.#mayAskAnew(entry, now))) {
        if (entry.error !== undefined) throw entry.error;
        return entry.document;
      }
      if (entry !== undefined && fresh) entry.freshUntil = Math.max(now, entry.freshUntil) + refreshGapMs;
      if (pending === undefined || pending === earlier) return this.#ask(did);
    }
    const shared = await inTime(pending, sharedMs);
    return shared === undefined ? this.#ask(did) : shared.document;
  }

  /** Forget a DID, e.g. after an `#identity` event: the next look-up asks the directory, and one under way is not remembered. */
  forget(did: string): void {
    this.#drop(did);
    this.#pending.delete(did);
  }

  #lifeOf({ error, document }: Entry): number {
    const { lifeMs, absentMs, failureMs } = this.#limits;
    if (error !== undefined) return failureMs;
    return document === undefined ? absentMs : lifeMs;
  }

  #mayAskAnew({ error, freshUntil }: Entry, now: number): boolean {
    const { refreshGapMs, refreshBurst } = this.#limits;
    return error === undefined && freshUntil - now <= refreshGapMs * (refreshBurst - 1);
  }

  #ask(did: string): Promise<unknown> {
    // Of two look-ups the one that began later is remembered, whichever ends first.
    const keep = (found: Omit<Entry, "freshUntil">): void => {
      if (this.#pending.get(did) === asked) this.#keep(did, found);
    };
    const asked: Promise<unknown> = this.#resolve(did)
      .then(
        (document) => {
          keep({ document, at: this.#now(), chars: document === undefined ? 0 : JSON.stringify(document).length });
          return document;
        },
        (thrown: unknown) => {
          const error = thrown instanceof Error ? thrown : new Error(String(thrown));
          keep({ document: undefined, error, at: this.#now(), chars: 0 });
          throw error;
        },
      )
      .finally(() => {
        if (this.#pending.get(did) === asked) this.#pending.delete(did);
      });
    this.#pending.set(did, asked);
    // Look-ups that never end (see sharedMs) must not pile up.
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > this.#limits.maxEntries && oldest !== undefined) this.#pending.delete(oldest);
    return asked;
  }

  #keep(did: string, found: Omit<Entry, "freshUntil">): void {
    const entry: Entry = { ...found, freshUntil: this.#known.get(did)?.freshUntil ?? 0 };
    this.#drop(did);
    this.#known.set(did, entry);
    this.#chars += entry.chars;
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#limits.maxEntries && this.#chars <= this.#limits.maxChars) break;
      this.#drop(oldest);
    }
  }

  #drop(did: string): void {
    this.#chars -= this.#known.get(did)?.chars ?? 0;
    this.#known.delete(did);
  }
}

/** What a promise gives within a time; undefined when it takes longer. */
async function inTime(promise: Promise<unknown>, ms: number): Promise<{ document: unknown } | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise.then((document) => ({ document })), late]);
  } finally {
    clearTimeout(timer);
  }
}
