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
    if (this.isSpent(key, now)) return false;
    const known = this.#uses.get(key);
    if (known !== undefined && now - known.since < this.#windowMs) known.count++;
    else this.#uses.set(key, { since: now, count: 1 });
    return true;
  }

  /** Whether nothing is left. */
  isSpent(key: string, now: number): boolean {
    const known = this.#uses.get(key);
    return known !== undefined && now - known.since < this.#windowMs && known.count >= this.#most;
  }
}
