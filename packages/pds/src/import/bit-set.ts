/** A set of numbers below 2^31, one bit each; it grows with the largest. */
export class BitSet {
  #bits = new Uint8Array(1024);
  /** How many there are. */
  size = 0;

  has(n: number): boolean {
    return (((this.#bits[n >> 3] ?? 0) >> (n & 7)) & 1) === 1;
  }

  /** False when it was there. */
  add(n: number): boolean {
    if (this.has(n)) return false;
    if (n >> 3 >= this.#bits.length) {
      const bits = new Uint8Array(Math.max(this.#bits.length * 2, (n >> 3) + 1));
      bits.set(this.#bits);
      this.#bits = bits;
    }
    const at = n >> 3;
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (n & 7));
    this.size++;
    return true;
  }
}
