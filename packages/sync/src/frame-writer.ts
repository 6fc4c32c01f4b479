const TEXT = new TextEncoder();

/**
 * Writes the few CBOR shapes a firehose frame is made of, in one growing buffer and one pass.
 *
 * It orders nothing: the caller writes map keys in canonical DAG-CBOR order (shorter first, then bytewise). A frame
 * is encoded on every write of every agent, so this replaces building an object for a general encoder; the general
 * encoder is the oracle in frame-encode.test.ts.
 */
export class FrameWriter {
  #bytes: Uint8Array;
  #at = 0;

  /** @param capacity first allocation in bytes; an honest guess saves copies, a wrong one costs only them. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Number of bytes written so far. */
  get position(): number {
    return this.#at;
  }

  /** Head of a map with `count` pairs. */
  map(count: number): this {
    return this.#head(5, count);
  }

  /** Head of an array with `count` items. */
  array(count: number): this {
    return this.#head(4, count);
  }

  /** An integer of at least -24 and at most 2^53 - 1. */
  integer(value: number): this {
    return value < 0 ? this.#head(1, -1 - value) : this.#head(0, value);
  }

  boolean(value: boolean): this {
    return this.#byte(value ? 0xf5 : 0xf4);
  }

  null(): this {
    return this.#byte(0xf6);
  }

  text(value: string): this {
    const utf8 = TEXT.encode(value);
    return this.#head(3, utf8.length).raw(utf8);
  }

  bytes(value: Uint8Array): this {
    return this.#head(2, value.length).raw(value);
  }

  /** A CID link: tag 42 around the CID's bytes behind a zero byte. */
  cid(value: Uint8Array): this {
    return this.#byte(0xd8).#byte(0x2a).#head(2, value.length + 1).#byte(0).raw(value);
  }

  /** Bytes that are CBOR already. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
    return this;
  }

  /** The bytes written, in a buffer of exactly their size (crossing RPC copies a view's whole buffer). */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
    return this;
  }

  #head(major: number, value: number): this {
    this.#reserve(9);
    this.#at = writeHead(this.#bytes, this.#at, major, value);
    return this;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

/** Number of bytes that a CBOR head with this argument takes. */
export function headLength(value: number): number {
  if (value < 24) return 1;
  if (value < 0x100) return 2;
  if (value < 0x1_0000) return 3;
  return value < 0x1_0000_0000 ? 5 : 9;
}

/** Write a CBOR head (major type and shortest argument, at most 2^53 - 1) at `at`; returns the offset after it. */
export function writeHead(target: Uint8Array, at: number, major: number, value: number): number {
  const length = headLength(value);
  const type = major << 5;
  if (length === 1) {
    target[at] = type | value;
    return at + 1;
  }
  target[at] = type | (length === 2 ? 24 : length === 3 ? 25 : length === 5 ? 26 : 27);
  let rest = value;
  for (let i = at + length - 1; i > at; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + length;
}
