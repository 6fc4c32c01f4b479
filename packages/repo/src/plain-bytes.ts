/**
 * The same memory as a plain Uint8Array. Node's Buffer is one by type, but its `slice` gives a view where a copy is meant;
 * whatever comes in from outside passes through here once.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
