/** What was taken of a {@link Room}. */
export interface Lease {
  /** It is still needed, for so many ms. */
  renew(life: number): void;
  /** It is needed no more; doing it twice does no harm. */
  leave(): void;
}

/** Somebody who waits for room, and looks whether it is there: a request cannot be woken by another one. */
export interface Waiter {
  /** Once there is room. */
  readonly lease: Lease | undefined;
  /** It waits no more. */
  giveUp(): void;
}

interface Waiting {
  bytes: number;
  life: number;
  lease: Lease | undefined;
}

interface Held {
  bytes: number;
  /** Milliseconds since 1970. */
  until: number;
}

/**
 * Bytes that are shared. Who finds no room may wait for its turn, in the order of coming; those who wait are bounded. Whoever goes
 * without a word, as requests do whose client is gone and objects that are reset, keeps its part no longer than it said.
 */
export class Room {
  readonly #size: number;
  readonly #maxWaiting: number;
  readonly #held = new Set<Held>();
  readonly #waiting = new Set<Waiting>();
  #free: number;

  /** @param size in bytes. @param maxWaiting how many may wait. */
  constructor(size: number, maxWaiting = 0) {
    this.#size = size;
    this.#free = size;
    this.#maxWaiting = maxWaiting;
  }

  /** Bytes that nobody has. */
  get free(): number {
    return this.#free;
  }

  /** Take so many bytes, all there are if it is more than that, for `life` ms at most; undefined when there is no room now. */
  take(bytes: number, life: number, now = Date.now()): Lease | undefined {
    if (this.#waiting.size > 0 || !this.#fits(bytes, now)) return undefined;
    return this.#hold(bytes, life, now);
  }

  /** Wait for room; undefined when too many do. Whoever waits for too long must say so with `giveUp`. */
  wait(bytes: number, life: number): Waiter | undefined {
    if (this.#waiting.size >= this.#maxWaiting) return undefined;
    const one: Waiting = { bytes, life, lease: undefined };
    this.#waiting.add(one);
    return {
      get lease() {
        return one.lease;
      },
      giveUp: () => {
        // In the moment of giving up it may have got in.
        if (this.#waiting.delete(one)) this.#admit();
        else one.lease?.leave();
      },
    };
  }

  #fits(bytes: number, now: number): boolean {
    const wanted = Math.min(bytes, this.#size);
    if (wanted > this.#free) for (const held of this.#held) if (held.until <= now) this.#drop(held);
    return wanted <= this.#free;
  }

  #hold(bytes: number, life: number, now: number): Lease {
    const held = { bytes: Math.min(bytes, this.#size), until: now + life };
    this.#held.add(held);
    this.#free -= held.bytes;
    return {
      renew: (more) => {
        held.until = Date.now() + more;
      },
      leave: () => {
        this.#drop(held);
        this.#admit();
      },
    };
  }

  #drop(held: Held): void {
    if (this.#held.delete(held)) this.#free += held.bytes;
  }

  #admit(): void {
    const now = Date.now();
    for (const one of this.#waiting) {
      if (!this.#fits(one.bytes, now)) return;
      this.#waiting.delete(one);
      one.lease = this.#hold(one.bytes, one.life, now);
    }
  }
}
