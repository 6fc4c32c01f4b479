/**
 * When something may be done that is cheaper for several than for each: so many times at once, after that once per interval. A token
 * bucket, kept as the time until which its tokens are spent (generic cell rate algorithm, ITU-T I.371). Times in milliseconds.
 */
export class Pace {
  readonly #interval: number;
  readonly #burst: number;
  #spentUntil = 0;

  constructor(interval: number, burst: number) {
    this.#interval = interval;
    this.#burst = burst;
  }

  /** How long the next time has to wait: 0 when it need not, and never more than one interval, wherever the clock went. */
  delay(now: number): number {
    return Math.min(Math.max(0, this.#spentUntil - now), this.#interval);
  }

  /** It is done now. */
  begin(now: number): void {
    const oldest = now - (this.#burst - 1) * this.#interval;
    this.#spentUntil = Math.min(Math.max(this.#spentUntil, oldest), now) + this.#interval;
  }
}
