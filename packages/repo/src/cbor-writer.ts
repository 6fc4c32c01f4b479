import { CborError } from "./cbor-error.ts";
import { isCid, type CidBytes } from "./cid.ts";
import { CidLink, MAX_DEPTH, type LexMap, type LexValue } from "./lex-value.ts";

const utf8 = new TextEncoder();

/**
 * Writes canonical DAG-CBOR into one growing buffer. The low-level calls (`map`, `text`, ...) let hot paths write a known
 * shape without building objects; then the caller answers for key order and counts. `value` takes any LexValue.
 */
export class CborWriter {
  #buffer: Uint8Array;
  #length = 0;

  /** `capacity` is the first size in bytes; the buffer doubles as needed. */
  constructor(capacity = 512) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Forget what was written, keep the buffer. */
  reset(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  null(): void {
    this.#byte(0xf6);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xf5 : 0xf4);
  }

  /** A safe integer. Throws {@link CborError} otherwise: the data model has no floats and no bigger integers. */
  int(value: number): void {
    if (!Number.isSafeInteger(value)) throw new CborError(`not a safe integer: ${value}`);
    if (value >= 0) this.#head(0, value);
    else this.#head(0x20, -1 - value);
  }

  /** A string. Throws {@link CborError} on a lone surrogate, which UTF-8 cannot say. */
  text(value: string): void {
    const length = value.length;
    if (length <= 64) {
      // Short strings are nearly always ASCII: keys, NSIDs, DIDs. A loop beats a call into the encoder.
      this.#reserve(length + 9);
      const start = this.#length;
      this.#head(0x60, length);
      const buffer = this.#buffer;
      let at = this.#length;
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        buffer[at++] = code;
      }
      if (i === length) {
        this.#length = at;
        return;
      }
      this.#length = start;
    }
    if (!value.isWellFormed()) throw new CborError("string with a lone surrogate");
    const bytes = utf8.encode(value);
    this.#head(0x60, bytes.length);
    this.raw(bytes);
  }

  /** ASCII characters `from`..end of `value` as a byte string. The caller knows that they are ASCII. */
  asciiBytes(value: string, from: number): void {
    const length = value.length - from;
    this.#head(0x40, length);
    this.#reserve(length);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = from; i < value.length; i++) buffer[at++] = value.charCodeAt(i);
    this.#length = at;
  }

  bytes(value: Uint8Array): void {
    this.#head(0x40, value.length);
    this.raw(value);
  }

  /** A link: tag 42 over the CID with a zero byte in front. */
  cid(cid: CidBytes): void {
    this.#reserve(41);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = 0xd8;
    buffer[at++] = 42;
    buffer[at++] = 0x58;
    buffer[at++] = 37;
    buffer[at++] = 0;
    buffer.set(cid, at);
    this.#length = at + 36;
  }

  /** Head of an array of `count` items, which the caller writes next. */
  array(count: number): void {
    this.#head(0x80, count);
  }

  /** Head of a map of `count` pairs, which the caller writes next in canonical key order. */
  map(count: number): void {
    this.#head(0xa0, count);
  }

  /** Bytes that are CBOR already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Any value of the data model. Throws {@link CborError} on what it has no form for, `undefined` included. */
  value(value: LexValue, depth = 0): void {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return this.int(value);
      case "boolean":
        return this.bool(value);
      case "object":
        break;
      default:
        throw new CborError(`no DAG-CBOR form for ${typeof value}`);
    }
    if (value === null) return this.null();
    if (value instanceof Uint8Array) return this.bytes(value);
    if (value instanceof CidLink) {
      if (!isCid(value.bytes)) throw new CborError("link whose bytes are not a CID");
      return this.cid(value.bytes);
    }
    if (depth >= MAX_DEPTH) throw new CborError(`nested deeper than ${MAX_DEPTH}`);
    if (Array.isArray(value)) {
      this.array(value.length);
      for (let i = 0; i < value.length; i++) this.value(value[i] as LexValue, depth + 1);
      return;
    }
    this.#entries(value, depth + 1);
  }

  #entries(value: LexMap, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new CborError(`no DAG-CBOR form for ${Object.prototype.toString.call(value)}`);
    const keys = Object.keys(value);
    // Decoded values come sorted already; checking is cheaper than sorting.
    for (let i = 1; i < keys.length; i++) {
      if (compareKeys(keys[i - 1] as string, keys[i] as string) > 0) {
        keys.sort(compareKeys);
        break;
      }
    }
    this.map(keys.length);
    for (const key of keys) {
      this.text(key);
      this.value(value[key] as LexValue, depth);
    }
  }

  #head(major: number, value: number): void {
    this.#reserve(9);
    const buffer = this.#buffer;
    let at = this.#length;
    if (value < 24) buffer[at++] = major | value;
    else if (value < 0x100) {
      buffer[at++] = major | 24;
      buffer[at++] = value;
    } else if (value < 0x10000) {
      buffer[at++] = major | 25;
      buffer[at++] = value >> 8;
      buffer[at++] = value & 255;
    } else {
      const wide = value > 0xffffffff;
      buffer[at++] = major | (wide ? 27 : 26);
      for (let shift = wide ? 56 : 24; shift >= 0; shift -= 8) buffer[at++] = Math.floor(value / 2 ** shift) % 256;
    }
    this.#length = at;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  #reserve(extra: number): void {
    const need = this.#length + extra;
    if (need <= this.#buffer.length) return;
    const bigger = new Uint8Array(Math.max(need, this.#buffer.length * 2));
    bigger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = bigger;
  }
}

/** Canonical order of map keys: by length in UTF-8, then bytewise. */
function compareKeys(a: string, b: string): number {
  const byLength = utf8Length(a) - utf8Length(b);
  if (byLength !== 0 || a === b) return byLength;
  for (let i = 0; i < a.length; i++) {
    const x = a.codePointAt(i) ?? 0;
    const y = b.codePointAt(i) ?? 0;
    if (x !== y) return x - y;
  }
  return 0;
}

function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) length += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return length;
}
