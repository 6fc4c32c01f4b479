import { type SuiteName, suiteOf } from "./suites.ts";

/** Bytes of the ML-KEM-768 polynomials that an X-Wing public key begins with: 3 times 256 coefficients of 12 bits. */
const POLYNOMIALS = 1152;
/** q of ML-KEM. */
const MODULUS = 3329;

/** Whether every coefficient is below q. */
const isReduced = (key: Uint8Array): boolean => {
  for (let i = 0; i < POLYNOMIALS; i += 3) {
    const [a, b, c] = [key[i] ?? 0, key[i + 1] ?? 0, key[i + 2] ?? 0];
    if ((a | ((b & 15) << 8)) >= MODULUS || ((b >> 4) | (c << 4)) >= MODULUS) return false;
  }
  return true;
};

/**
 * What is wrong with a public key, if anything: its length, or the modulus check of FIPS 203 7.2, which the library below
 * (@noble/post-quantum 0.5.4) means to make and does not.
 */
export const publicKeyFault = (suite: SuiteName, publicKey: Uint8Array): string | undefined => {
  const { publicKey: expected } = suiteOf(suite);
  if (publicKey.length !== expected) return `A public key of ${suite} has ${expected} bytes, not ${publicKey.length}`;
  return suite === "hpke-xwing-hkdfsha256-aes256gcm" && !isReduced(publicKey) ? "No public key of ML-KEM-768: a coefficient is not below the modulus" : undefined;
};
