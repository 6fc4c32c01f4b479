/** Bytes that `value` takes as an unsigned LEB128 varint. `value` is a safe, non-negative integer. */
export function varintLength(value: number): number {
  let length = 1;
  for (; value >= 0x80; value = Math.floor(value / 128)) length++;
  return length;
}

/** Write `value` at `at`; the offset after it. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  for (; value >= 0x80; value = Math.floor(value / 128)) into[at++] = (value % 128) | 0x80;
  into[at++] = value;
  return at;
}

/**
 * Read a varint at `at`: its value and the offset after it. Undefined when the bytes end inside it. Null when it is longer
 * than four bytes (nothing here is near 268 MB) or padded with zero groups.
 */
export function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined | null {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return byte === 0 && i > 0 ? null : { value, next: at + i + 1 };
  }
  return null;
}
