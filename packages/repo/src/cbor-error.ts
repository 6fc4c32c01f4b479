/** Bytes that are not canonical DAG-CBOR, or a value that has no such form. */
export class CborError extends Error {
  override readonly name = "CborError";
}
