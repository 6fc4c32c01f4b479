/** Order of the P-256 group, and half of it: S above the half is "high" and refused by the AT Protocol. */
const ORDER = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const HALF = hex("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8");

/** A signature that is not well-formed DER or out of range. */
export class SignatureError extends Error {
  override readonly name = "SignatureError";
}

/** DER (what node:crypto returns) to 64-byte compact with low S: the form of every signature in the AT Protocol. */
export function derToCompact(der: Uint8Array): Uint8Array {
  const out = new Uint8Array(64);
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new SignatureError("not a DER signature");
  const afterR = integer(der, 2, out, 0);
  if (integer(der, afterR, out, 32) !== der.length) throw new SignatureError("bytes after a DER signature");
  return lowS(out);
}

/** The same signature with low S, in place: S becomes order - S when it is above the half. 64 bytes compact. */
export function lowS(signature: Uint8Array): Uint8Array {
  if (signature.length !== 64) throw new SignatureError(`signature of ${signature.length} bytes, must be 64`);
  if (!isHighS(signature)) return signature;
  let borrow = 0;
  for (let i = 31; i >= 0; i--) {
    const difference = (ORDER[i] ?? 0) - (signature[32 + i] ?? 0) - borrow;
    borrow = difference < 0 ? 1 : 0;
    signature[32 + i] = difference & 255;
  }
  return signature;
}

/** Whether S of a 64-byte compact signature is above half the order. */
export function isHighS(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (signature[32 + i] ?? 0) - (HALF[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Read a DER INTEGER at `at` into 32 bytes of `out`; the offset after it. Minimal, positive, at most 256 bits. */
function integer(der: Uint8Array, at: number, out: Uint8Array, into: number): number {
  const length = der[at + 1] ?? 0;
  let start = at + 2;
  const end = start + length;
  const first = der[start] ?? 0;
  const padded = first === 0 && length > 1;
  if (der[at] !== 2 || length === 0 || end > der.length || first > 0x7f) throw new SignatureError("malformed DER integer");
  if (padded && (der[start + 1] ?? 0) < 0x80) throw new SignatureError("DER integer with needless padding");
  if (padded) start++;
  if (end - start > 32) throw new SignatureError("DER integer of more than 256 bits");
  out.set(der.subarray(start, end), into + 32 - (end - start));
  return end;
}

function hex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
