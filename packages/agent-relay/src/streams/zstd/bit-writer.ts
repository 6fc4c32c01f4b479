/**
 * Bits written from the least significant upwards, as zstd's backward bitstreams are (RFC 8878, 4.1): the reader starts at the
 * end, so what is written last is read first, and a set bit marks the end.
 */
export class BitWriter {
  #bytes: Uint8Array;
  #length = 0;
  #pending = 0;
  #bits = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** The low `count` bits of `value`; `count` is at most 24. */
  add(value: number, count: number): void {
    this.#pending |= (value & ((1 << count) - 1)) << this.#bits;
    this.#bits += count;
    while (this.#bits >= 8) {
      if (this.#length === this.#bytes.length) this.#grow();
      this.#bytes[this.#length++] = this.#pending & 0xff;
      this.#pending >>>= 8;
      this.#bits -= 8;
    }
  }

  /** Mark the end; everything written. */
  close(): Uint8Array {
    this.add(1, 1);
    if (this.#bits > 0) this.add(0, 8 - this.#bits);
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2 + 16);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
