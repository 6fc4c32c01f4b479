import { RecentMap } from "@rookery/sync";

/** So many uses per key and window; keys not used for longest are forgotten beyond `maxKeys`. */
export class Quota {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #uses: RecentMap<{ since: number; count: number }>;

  constructor(most: number, windowMs: number, maxKeys = 5_000) {
    this.#most = most;
    this.#windowMs = windowMs;
    this.#uses = new RecentMap(maxKeys);
  }

  /** Whether one more use is within the quota; it counts then. */
  take(key: string, now: number): boolean {
    const known = this.#uses.get(key);
    const use = known === undefined || now - known.since >= this.#windowMs ? { since: now, count: 0 } : known;
    if (use.count >= this.#most) return false;
    use.count++;
    this.#uses.set(key, use);
    return true;
  }
}
