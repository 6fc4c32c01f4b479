/** Remembers answers, also "there is none", for a while; bounded: the oldest entries go first. */
export class BriefCache<T> {
  readonly #entries = new Map<string, { value: T | undefined; until: number }>();
  readonly #size: number;
  readonly #knownMs: number;
  readonly #unknownMs: number;
  #changes = 0;

  constructor(size: number, knownMs: number, unknownMs: number) {
    this.#size = size;
    this.#knownMs = knownMs;
    this.#unknownMs = unknownMs;
  }

  /** How often something was forgotten because it changed: an answer asked for before that may be outdated. */
  get changes(): number {
    return this.#changes;
  }

  /** Undefined when nothing is remembered; otherwise what is, which may itself be undefined. */
  get(key: string): { value: T | undefined } | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > Date.now() ? entry : undefined;
  }

  set(key: string, value: T | undefined): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#size) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, { value, until: Date.now() + (value === undefined ? this.#unknownMs : this.#knownMs) });
  }

  /** Forget every entry of this value's kind. Looks at all of them: for what changes seldom. */
  deleteWhere(isMeant: (value: T) => boolean): void {
    for (const [key, { value }] of this.#entries) if (value !== undefined && isMeant(value)) this.delete(key);
  }

  delete(key: string): void {
    this.#changes += 1;
    this.#entries.delete(key);
  }
}
