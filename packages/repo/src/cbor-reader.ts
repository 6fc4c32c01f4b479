import { CborError } from "./cbor-error.ts";
import { CID_LENGTH, isCid, type CidBytes } from "./cid.ts";
import { CidLink, MAX_DEPTH, setKey, type LexMap, type LexValue } from "./lex-value.ts";
import { plainBytes } from "./plain-bytes.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads canonical DAG-CBOR and nothing else: shortest integers, definite lengths, sorted distinct keys, valid UTF-8, only
 * tag 42, only false, true and null of the simple values. Every deviation is a {@link CborError} with its offset.
 * The low-level calls let hot paths (tree nodes, frames) read a known shape without building objects.
 */
export class CborReader {
  readonly source: Uint8Array;
  /** Offset of the next byte. */
  offset: number;

  constructor(source: Uint8Array, offset = 0) {
    this.source = plainBytes(source);
    this.offset = offset;
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.offset !== this.source.length) throw this.error("bytes left over");
  }

  error(what: string): CborError {
    return new CborError(`${what} at byte ${this.offset}`);
  }

  /** Whether the next value is null; if so it is read. */
  takeNull(): boolean {
    if (this.source[this.offset] !== 0xf6) return false;
    this.offset++;
    return true;
  }

  array(): number {
    return this.#count(4, "array");
  }

  map(): number {
    return this.#count(5, "map");
  }

  uint(): number {
    if (this.#major() !== 0) throw this.error("expected an unsigned integer");
    return this.#argument();
  }

  /** A byte string as a view of the source: copy it to keep it. */
  bytes(): Uint8Array {
    if (this.#major() !== 2) throw this.error("expected bytes");
    return this.#slice(this.#argument());
  }

  text(): string {
    if (this.#major() !== 3) throw this.error("expected a string");
    return this.#text(this.#argument());
  }

  /** A link, as a copy of its CID. */
  cid(): CidBytes {
    const { source, offset } = this;
    if (source[offset] !== 0xd8 || source[offset + 1] !== 42) throw this.error("expected a link (tag 42)");
    if (source[offset + 2] !== 0x58 || source[offset + 3] !== CID_LENGTH + 1 || source[offset + 4] !== 0) throw this.error("malformed link");
    const start = offset + 5;
    if (start + CID_LENGTH > source.length) throw this.error("truncated");
    // A copy: a view would keep the whole source alive for 36 bytes.
    const cid = source.slice(start, start + CID_LENGTH);
    if (!isCid(cid)) throw this.error("link to a CID that the AT Protocol does not allow");
    this.offset = start + CID_LENGTH;
    return cid;
  }

  /** Any value of the data model. */
  value(depth = 0): LexValue {
    const first = this.source[this.offset];
    if (first === undefined) throw this.error("truncated");
    switch (first >> 5) {
      case 0:
        return this.#argument();
      case 1: {
        const value = -1 - this.#argument();
        if (!Number.isSafeInteger(value)) throw this.error("integer beyond 2^53");
        return value;
      }
      case 2:
        return this.#slice(this.#argument()).slice();
      case 3:
        return this.#text(this.#argument());
      case 4: {
        if (depth >= MAX_DEPTH) throw this.error(`nested deeper than ${MAX_DEPTH}`);
        const count = this.array();
        const items: LexValue[] = [];
        for (let i = 0; i < count; i++) items.push(this.value(depth + 1));
        return items;
      }
      case 5:
        if (depth >= MAX_DEPTH) throw this.error(`nested deeper than ${MAX_DEPTH}`);
        return this.#entries(depth + 1);
      case 6:
        return new CidLink(this.cid());
      default:
        this.offset++;
        if (first === 0xf6) return null;
        if (first === 0xf5) return true;
        if (first === 0xf4) return false;
        this.offset--;
        throw this.error(first >= 0xf9 && first <= 0xfb ? "floats are not allowed" : "simple value not allowed");
    }
  }

  #entries(depth: number): LexMap {
    const count = this.map();
    const map: LexMap = {};
    let start = 0;
    let end = 0;
    for (let i = 0; i < count; i++) {
      const previousStart = start;
      const previousEnd = end;
      if (this.#major() !== 3) throw this.error("map key is not a string");
      const length = this.#argument();
      start = this.offset;
      end = start + length;
      const key = this.#text(length);
      if (i > 0 && !this.#ascending(previousStart, previousEnd, start, end)) throw this.error(`map keys repeated or out of order (${key.slice(0, 100)})`);
      setKey(map, key, this.value(depth));
    }
    return map;
  }

  /** Whether the key at [b, bEnd) comes after the one at [a, aEnd) in canonical order. */
  #ascending(a: number, aEnd: number, b: number, bEnd: number): boolean {
    const source = this.source;
    const byLength = bEnd - b - (aEnd - a);
    if (byLength !== 0) return byLength > 0;
    for (; a < aEnd; a++, b++) {
      const difference = (source[b] ?? 0) - (source[a] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  #major(): number {
    const first = this.source[this.offset];
    if (first === undefined) throw this.error("truncated");
    return first >> 5;
  }

  /** Length of an array or map. Each item takes a byte at least, so a count beyond the source is refused at once. */
  #count(major: number, what: string): number {
    if (this.#major() !== major) throw this.error(`expected ${what === "array" ? "an array" : "a map"}`);
    const count = this.#argument();
    if (count > this.source.length - this.offset) throw this.error("truncated");
    return count;
  }

  #argument(): number {
    const { source } = this;
    const info = (source[this.offset] ?? 0) & 31;
    if (info < 24) {
      this.offset++;
      return info;
    }
    if (info > 27) throw this.error("indefinite or reserved length");
    const width = 1 << (info - 24);
    if (this.offset + 1 + width > source.length) throw this.error("truncated");
    let value = 0;
    for (let i = 1; i <= width; i++) value = value * 256 + (source[this.offset + i] ?? 0);
    if (value > Number.MAX_SAFE_INTEGER) throw this.error("integer beyond 2^53");
    const least = width === 1 ? 24 : width === 2 ? 0x100 : width === 4 ? 0x10000 : 0x100000000;
    if (value < least) throw this.error("integer not in its shortest form");
    this.offset += 1 + width;
    return value;
  }

  #slice(length: number): Uint8Array {
    const start = this.offset;
    if (length > this.source.length - start) throw this.error("truncated");
    this.offset = start + length;
    return this.source.subarray(start, start + length);
  }

  #text(length: number): string {
    const { source } = this;
    const start = this.offset;
    const end = start + length;
    if (end > source.length) throw this.error("truncated");
    if (length <= 24) {
      // Keys and short values: building the string here is faster than a call into the decoder.
      let text = "";
      let at = start;
      for (; at < end; at++) {
        const code = source[at] as number;
        if (code > 0x7f) break;
        text += String.fromCharCode(code);
      }
      if (at === end) {
        this.offset = end;
        return text;
      }
    }
    try {
      const text = utf8.decode(source.subarray(start, end));
      this.offset = end;
      return text;
    } catch {
      throw this.error("string is not valid UTF-8");
    }
  }
}
