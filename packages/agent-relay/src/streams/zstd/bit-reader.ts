/** Reads what a BitWriter wrote: from the end backwards (RFC 8878, 4.1). Beyond the beginning there are zeros. */
export class BackwardReader {
  readonly #bytes: Uint8Array;
  /** Bits not read yet; negative when more was read than there was. */
  left: number;

  /** @throws Error when the end mark is missing. */
  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1) ?? 0;
    if (last === 0) throw new Error("zstd: bitstream without an end mark");
    this.#bytes = bytes;
    this.left = bytes.length * 8 - (Math.clz32(last) - 24) - 1;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.left--;
      const bit = this.left < 0 ? 0 : ((this.#bytes[this.left >> 3] ?? 0) >> (this.left & 7)) & 1;
      value = (value << 1) | bit;
    }
    return value;
  }
}

/** Reads bits from the least significant upwards, from the beginning on. */
export class ForwardReader {
  readonly #bytes: Uint8Array;
  /** Position in bits. */
  at: number;

  constructor(bytes: Uint8Array, byteOffset: number) {
    this.#bytes = bytes;
    this.at = byteOffset * 8;
  }

  /** The next `count` bits without going on. */
  peek(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value |= (((this.#bytes[(this.at + i) >> 3] ?? 0) >> ((this.at + i) & 7)) & 1) << i;
    return value;
  }

  read(count: number): number {
    const value = this.peek(count);
    this.at += count;
    return value;
  }
}
