/** Columns of numbers laid one after another, each on a boundary of 8 bytes, so that they are read in place. */
export class ColumnWriter {
  readonly #parts: { at: number; bytes: Uint8Array }[] = [];
  #length = 0;

  add(column: ArrayBufferView): this {
    const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    this.#parts.push({ at: this.#length, bytes });
    this.#length += (bytes.length + 7) & ~7;
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    for (const { at, bytes } of this.#parts) all.set(bytes, at);
    return all;
  }
}

/** Views of the columns, in the order in which they were added. @throws RangeError when there is less than is asked for. */
export class ColumnReader {
  readonly #buffer: ArrayBuffer;
  #at = 0;

  /** @param bytes copied when they do not begin on a boundary. */
  constructor(bytes: Uint8Array) {
    const own = bytes.buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    this.#buffer = own && bytes.buffer instanceof ArrayBuffer ? bytes.buffer : bytes.slice().buffer;
  }

  f64 = (count: number): Float64Array => new Float64Array(this.#buffer, this.#take(count * 8), count);
  u32 = (count: number): Uint32Array => new Uint32Array(this.#buffer, this.#take(count * 4), count);
  u16 = (count: number): Uint16Array => new Uint16Array(this.#buffer, this.#take(count * 2), count);
  u8 = (count: number): Uint8Array => new Uint8Array(this.#buffer, this.#take(count), count);
  i8 = (count: number): Int8Array => new Int8Array(this.#buffer, this.#take(count), count);

  #take(bytes: number): number {
    const at = this.#at;
    this.#at += (bytes + 7) & ~7;
    return at;
  }
}
