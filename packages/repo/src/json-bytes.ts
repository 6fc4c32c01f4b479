import { base64Encode } from "./base64.ts";
import { CborError } from "./cbor-error.ts";
import { CID_LENGTH } from "./cid.ts";
import { MAX_DEPTH } from "./lex-value.ts";

const CODES = Uint8Array.from("abcdefghijklmnopqrstuvwxyz234567", (letter) => letter.charCodeAt(0));
const HEX = Uint8Array.from("0123456789abcdef", (letter) => letter.charCodeAt(0));
/** Letter after the backslash, for control characters that have one (RFC 8259, 7). */
const SHORT = new Map([[0x08, 0x62], [0x09, 0x74], [0x0a, 0x6e], [0x0c, 0x66], [0x0d, 0x72]]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Texts from here on are copied whole when nothing in them needs an escape. */
const LONG = 48;

/**
 * JSON as UTF-8 that is written straight from DAG-CBOR: what both have in common, the texts, is copied and never becomes a
 * string. For blocks of our own store, which were checked when they were written: of a text only the escapes are looked at.
 * The bytes are those of `JSON.stringify`, but that all keys keep the block's order: an object of JavaScript has those that are
 * numbers first. The order of an object's members says nothing (RFC 8259, 4).
 */
export class JsonBytes {
  #out: Uint8Array;
  #at = 0;

  /** @param capacity bytes that are expected; grows when there are more. */
  constructor(capacity: number) {
    this.#out = new Uint8Array(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** Text of ASCII alone that needs no escape, or is JSON already. */
  ascii(text: string): void {
    this.#room(text.length);
    const out = this.#out;
    let at = this.#at;
    for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  /** A CID in its string form, from its 36 bytes at `at` of `source`. */
  cid(source: Uint8Array, at: number): void {
    this.#room(60);
    const out = this.#out;
    let to = this.#at;
    out[to++] = 0x62; // "b": base32
    let bits = 0;
    let buffer = 0;
    const end = at + CID_LENGTH;
    for (; at < end; at++) {
      buffer = ((buffer << 8) | (source[at] as number)) & 0xffff;
      for (bits += 8; bits >= 5; ) {
        bits -= 5;
        out[to++] = CODES[(buffer >> bits) & 31] as number;
      }
    }
    out[to++] = CODES[(buffer << (5 - bits)) & 31] as number;
    this.#at = to;
  }

  /** The DAG-CBOR value at [start, end) of `source`, in the JSON form of the data model. Throws CborError. */
  cbor(source: Uint8Array, start: number, end: number): void {
    const at = this.#value(source, start, end, 0);
    if (at !== end) throw new CborError(`bytes left over at byte ${at - start}`);
  }

  /** What was written, in memory of its own: a view would be sent elsewhere with all that is around it. */
  finish(): Uint8Array {
    return this.#out.slice(0, this.#at);
  }

  /** Write the value at `at`; the offset after it. */
  #value(source: Uint8Array, at: number, end: number, depth: number): number {
    const first = source[at] as number;
    const major = first >> 5;
    if (at >= end) throw new CborError("truncated");
    if (major === 7) return this.#simple(first, at);
    if (major === 6) return this.#link(source, at, end);
    const info = first & 31;
    let argument = info;
    at++;
    if (info >= 24) {
      if (info > 27) throw new CborError("indefinite or reserved length");
      argument = 0;
      for (let left = 1 << (info - 24); left > 0; left--) argument = argument * 256 + (source[at++] as number);
      if (at > end) throw new CborError("truncated");
    }
    if (major === 3) return this.#text(source, at, at + argument, end);
    if (major === 0) this.ascii(String(argument));
    else if (major === 1) this.ascii(String(-1 - argument));
    else if (major === 2) {
      if (at + argument > end) throw new CborError("truncated");
      this.ascii(`{"$bytes":"${base64Encode(source.subarray(at, at + argument))}"}`);
      return at + argument;
    } else return this.#items(source, at, end, argument, major === 5, depth + 1);
    return at;
  }

  #items(source: Uint8Array, at: number, end: number, count: number, isMap: boolean, depth: number): number {
    if (depth > MAX_DEPTH) throw new CborError(`nested deeper than ${MAX_DEPTH}`);
    this.#byte(isMap ? 0x7b : 0x5b);
    for (let i = 0; i < count; i++) {
      if (i > 0) this.#byte(0x2c);
      if (isMap) {
        if (source[at] === undefined || (source[at] as number) >> 5 !== 3) throw new CborError("map key is not a string");
        at = this.#value(source, at, end, depth);
        this.#byte(0x3a);
      }
      at = this.#value(source, at, end, depth);
    }
    this.#byte(isMap ? 0x7d : 0x5d);
    return at;
  }

  #simple(first: number, at: number): number {
    const word = first === 0xf6 ? "null" : first === 0xf5 ? "true" : first === 0xf4 ? "false" : undefined;
    if (word === undefined) throw new CborError(first >= 0xf9 && first <= 0xfb ? "floats are not allowed" : "simple value not allowed");
    this.ascii(word);
    return at + 1;
  }

  #link(source: Uint8Array, at: number, end: number): number {
    const cid = at + 5;
    if (cid + CID_LENGTH > end || source[at] !== 0xd8 || source[at + 1] !== 0x2a || source[at + 2] !== 0x58 || source[at + 3] !== 0x25 || source[at + 4] !== 0)
      throw new CborError("malformed link");
    this.ascii('{"$link":"');
    this.cid(source, cid);
    this.ascii('"}');
    return cid + CID_LENGTH;
  }

  #text(source: Uint8Array, start: number, stop: number, end: number): number {
    if (stop > end) throw new CborError("truncated");
    this.#room(stop - start + 2);
    let out = this.#out;
    let to = this.#at;
    out[to++] = QUOTE;
    let at = start;
    if (stop - start >= LONG) {
      while (at < stop && !needsEscape(source[at] as number)) at++;
      out.set(source.subarray(start, at), to);
      to += at - start;
    }
    for (; at < stop; at++) {
      const code = source[at] as number;
      if (!needsEscape(code)) {
        out[to++] = code;
        continue;
      }
      this.#at = to;
      this.#room(stop - at + 8);
      out = this.#out;
      to = this.#escape(code, to);
    }
    out[to++] = QUOTE;
    this.#at = to;
    return stop;
  }

  #escape(code: number, to: number): number {
    const out = this.#out;
    out[to++] = BACKSLASH;
    const short = code === QUOTE || code === BACKSLASH ? code : SHORT.get(code);
    if (short !== undefined) {
      out[to++] = short;
      return to;
    }
    out[to++] = 0x75;
    out[to++] = 0x30;
    out[to++] = 0x30;
    out[to++] = HEX[code >> 4] as number;
    out[to++] = HEX[code & 15] as number;
    return to;
  }

  #byte(code: number): void {
    this.#room(1);
    this.#out[this.#at++] = code;
  }

  #room(length: number): void {
    if (this.#at + length <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(this.#out.length * 2, this.#at + length));
    larger.set(this.#out.subarray(0, this.#at));
    this.#out = larger;
  }
}

const needsEscape = (code: number): boolean => code < 0x20 || code === QUOTE || code === BACKSLASH;
