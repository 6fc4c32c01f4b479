import { base32Decode, base32Encode } from "./base32.ts";

/**
 * A CID as its 36 bytes: version 1, codec, sha2-256, length 32, digest. The only form used inside this package;
 * strings exist at its edge. (AT Protocol "CID formats": version 1, dag-cbor or raw, SHA-256.)
 */
export type CidBytes = Uint8Array;

/** SHA-256, given by whoever runs the engine: `node:crypto` in workerd and Node, a pure one in a browser. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Multicodec of DAG-CBOR: records, tree nodes, commits. */
export const CODEC_DAG_CBOR = 0x71;
/** Multicodec of raw bytes: blobs. */
export const CODEC_RAW = 0x55;
/** Length of every CID here, in bytes. */
export const CID_LENGTH = 36;

/** A CID that is malformed or of a kind the AT Protocol does not allow. */
export class CidError extends Error {
  override readonly name = "CidError";
}

/** CID of `bytes`. `codec` is {@link CODEC_DAG_CBOR} unless it is a blob. */
export function cidOf(sha256: Sha256, bytes: Uint8Array, codec: number = CODEC_DAG_CBOR): CidBytes {
  const cid = new Uint8Array(CID_LENGTH);
  cid[0] = 1;
  cid[1] = codec;
  cid[2] = 0x12;
  cid[3] = 32;
  cid.set(sha256(bytes), 4);
  return cid;
}

/** Whether these bytes are a CID that the AT Protocol allows. */
export function isCid(bytes: Uint8Array): boolean {
  return (
    bytes.length === CID_LENGTH &&
    bytes[0] === 1 &&
    (bytes[1] === CODEC_DAG_CBOR || bytes[1] === CODEC_RAW) &&
    bytes[2] === 0x12 &&
    bytes[3] === 32
  );
}

/** `bafy...` or `bafk...`: multibase base32 lower case, no padding. */
export function cidToString(cid: CidBytes): string {
  return "b" + base32Encode(cid);
}

/** Strict inverse of {@link cidToString}: one string per CID. Throws {@link CidError} with the value. */
export function cidFromString(text: string): CidBytes {
  // 36 bytes are 58 base32 characters; anything longer is refused before it is decoded.
  const bytes = text.length === 59 && text[0] === "b" ? base32Decode(text, 1) : undefined;
  if (bytes === undefined || !isCid(bytes)) throw new CidError(`not a CID of the AT Protocol: ${text.slice(0, 100)}`);
  return bytes;
}

/** Whether two CIDs are the same. Either may be null ("none"). */
export function cidEquals(a: CidBytes | null, b: CidBytes | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  // From the end: digests differ early there, the first four bytes almost never do.
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** A string that identifies a CID as a key of a Map; shorter and cheaper to make than the printed form. */
export function cidKey(cid: CidBytes): string {
  return String.fromCharCode(...cid);
}
