import { CborReader } from "./cbor-reader.ts";
import { CborWriter } from "./cbor-writer.ts";
import type { LexValue } from "./lex-value.ts";

export { CborError } from "./cbor-error.ts";
export { CborReader } from "./cbor-reader.ts";
export { CborWriter } from "./cbor-writer.ts";
export { CidLink, isLexMap, MAX_DEPTH, type LexMap, type LexValue } from "./lex-value.ts";

/**
 * Canonical DAG-CBOR of a value. Throws {@link CborError} on `undefined` (also inside a map), floats, unsafe integers,
 * lone surrogates, foreign objects and nesting beyond {@link MAX_DEPTH}. The nesting limit also ends cycles.
 */
export function encode(value: LexValue): Uint8Array {
  const writer = new CborWriter();
  writer.value(value);
  return writer.finish();
}

/** The one value in `bytes`. Throws {@link CborError} on anything but canonical DAG-CBOR or on bytes after it. */
export function decode(bytes: Uint8Array): LexValue {
  const reader = new CborReader(bytes);
  const value = reader.value();
  reader.end();
  return value;
}

/** The value at `offset` and the offset after it: firehose frames are two values in a row. */
export function decodeFirst(bytes: Uint8Array, offset = 0): [value: LexValue, next: number] {
  const reader = new CborReader(bytes, offset);
  const value = reader.value();
  return [value, reader.offset];
}
