import { CID_LENGTH, type CidBytes } from "./cid.ts";
import { varintLength, writeVarint } from "./varint.ts";

/** Room for a block that begins before the wanted length and ends after it; larger ones make the chunk grow. */
const SLACK = 16 * 1024;

/** A piece of a CAR that is being written: each block is copied once, from where it was read to where it is sent from. */
export class CarChunk {
  /** Bytes that a chunk should have, and usually has a little more of. */
  readonly wanted: number;
  #bytes: Uint8Array;
  #length = 0;

  /** @param wanted in bytes. */
  constructor(wanted: number) {
    this.wanted = wanted;
    this.#bytes = new Uint8Array(wanted + SLACK);
  }

  get isFull(): boolean {
    return this.#length >= this.wanted;
  }

  /** Bytes that are a part of a CAR already. */
  raw(part: Uint8Array): void {
    this.#room(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  /** A block of which CID and bytes lie one after the other in [start, end) of `source`. */
  packed(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#room(varintLength(length) + length);
    const at = writeVarint(this.#bytes, this.#length, length);
    this.#bytes.set(source.subarray(start, end), at);
    this.#length = at + length;
  }

  block(cid: CidBytes, data: Uint8Array): void {
    const length = CID_LENGTH + data.length;
    this.#room(varintLength(length) + length);
    const at = writeVarint(this.#bytes, this.#length, length);
    this.#bytes.set(cid, at);
    this.#bytes.set(data, at + CID_LENGTH);
    this.#length = at + length;
  }

  /** What was written, and begin anew; empty when nothing was. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    if (taken.length > 0) this.#bytes = new Uint8Array(this.wanted + SLACK);
    this.#length = 0;
    return taken;
  }

  #room(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(needed);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
