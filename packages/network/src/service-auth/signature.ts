import { parseDidKey } from "@atcute/crypto";
import { verifySignature } from "@rookery/sync";

/** Orders of the two curves of the AT Protocol (SEC 2), with the name that JWTs have for each (RFC 7518, RFC 8812). */
const CURVES = {
  p256: { alg: "ES256", order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n },
  secp256k1: { alg: "ES256K", order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n },
} as const;

/**
 * Whether a JWT was signed with this key. Unlike in repositories a high S is taken, as by the reference: JWT libraries make them
 * half of the time, and what is signed once cannot be used twice anyway. The algorithm that the token names must be the key's.
 */
export const verifyTokenSignature = async (signed: string, signature: Uint8Array, didKey: string, alg: string): Promise<boolean> => {
  if (signature.length !== 64) return false;
  const curve = curveOf(didKey);
  return curve?.alg === alg && verifySignature(new TextEncoder().encode(signed), withLowS(signature, curve.order), didKey);
};

const curveOf = (didKey: string): (typeof CURVES)[keyof typeof CURVES] | undefined => {
  try {
    return CURVES[parseDidKey(didKey).type];
  } catch {
    return undefined;
  }
};

/** The same signature with the lower of its two possible S; one that is out of range stays as it is, and verifies nothing. */
const withLowS = (signature: Uint8Array, order: bigint): Uint8Array => {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  if (s <= order >> 1n || s >= order) return signature;
  const low = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
  return new Uint8Array([...signature.subarray(0, 32), ...low]);
};
