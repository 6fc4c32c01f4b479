/**
 * Verifying with secp256k1 keys, which no runtime has natively. Who writes much is worth a table of multiples of his key: it
 * costs as much as verifying four signatures, and each takes half the time from then on (SEC 1, 4.1.4).
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { RecentMap } from "./recent-map.ts";

const { Point } = secp256k1;
const { Fn, Fp } = Point;
type KeyPoint = ReturnType<typeof Point.fromBytes>;

/** Signatures after which a key gets its table, also when it lost it to others meanwhile. */
export const TABLE_AFTER = 16;
/** Bits per window of a table: 520 points, about 100 KB. Twice as many save little. */
const WINDOW_BITS = 4;

const tables = new RecentMap<KeyPoint>(64);

/** A verifier of 64-byte compact signatures with low S over SHA-256. @throws when these bytes are no point of the curve. */
export function secp256k1Verifier(publicKey: Uint8Array, name: string): (sig: Uint8Array, bytes: Uint8Array) => Promise<boolean> {
  Point.fromBytes(publicKey).assertValidity();
  let uses = 0;
  return async (sig, bytes) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
    let point = tables.get(name);
    if (point === undefined) {
      if (++uses < TABLE_AFTER) return secp256k1.verify(sig, digest, publicKey, { lowS: true, prehash: false });
      uses = 0;
      point = Point.fromBytes(publicKey).precompute(WINDOW_BITS, false);
      tables.set(name, point);
    }
    return verifies(sig, digest, point);
  };
}

function verifies(sig: Uint8Array, digest: Uint8Array, key: KeyPoint): boolean {
  if (sig.length !== 64) return false;
  const r = integer(sig.subarray(0, 32));
  const s = integer(sig.subarray(32, 64));
  if (r === 0n || r >= Fn.ORDER || s === 0n || s > Fn.ORDER >> 1n) return false;
  const inverse = Fn.inv(s);
  const ofBase = Fn.mul(Fn.create(integer(digest)), inverse);
  const sum = Point.BASE.multiplyUnsafe(ofBase).add(key.multiplyUnsafe(Fn.mul(r, inverse)));
  if (sum.is0()) return false;
  // x = X / Z; multiplying out spares an inversion. x may be r or, where that is still in the field, r + order.
  const isX = (x: bigint) => x < Fp.ORDER && Fp.eql(sum.X, Fp.mul(x, sum.Z));
  return isX(r) || isX(r + Fn.ORDER);
}

function integer(bytes: Uint8Array): bigint {
  let value = 0n;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at);
  return value;
}
