import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/**
 * Private keys at rest: `ENCRYPTION_MASTER_KEY` -> HKDF-SHA-256 per DID -> AES-256-GCM, the DID as associated data, so
 * that a wrapped key copied to another account does not open there.
 *
 * Layout: version byte (1) | 12 bytes nonce | ciphertext | 16 bytes tag.
 */
const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const MASTER_KEY = 32;

/** The key does not open: wrong master key, wrong DID, or damaged bytes. Never answered by making a new key. */
export class KeyUnavailableError extends Error {
  override readonly name = "KeyUnavailableError";
}

/** Wrap `plain` for `did`. Throws RangeError unless the master key has 32 bytes. */
export function wrapKey(masterKey: Uint8Array, did: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", keyFor(masterKey, did), nonce);
  cipher.setAAD(Buffer.from(did));
  return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** Inverse of {@link wrapKey}. Throws {@link KeyUnavailableError}. */
export function unwrapKey(masterKey: Uint8Array, did: string, wrapped: Uint8Array): Uint8Array {
  if (wrapped[0] !== VERSION || wrapped.length <= 1 + NONCE + TAG)
    throw new KeyUnavailableError(`wrapped key of ${did} has an unknown form`);
  const end = wrapped.length - TAG;
  const decipher = createDecipheriv("aes-256-gcm", keyFor(masterKey, did), wrapped.subarray(1, 1 + NONCE));
  decipher.setAAD(Buffer.from(did));
  decipher.setAuthTag(wrapped.subarray(end));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(wrapped.subarray(1 + NONCE, end)), decipher.final()]));
  } catch {
    throw new KeyUnavailableError(`wrapped key of ${did} does not open with this colony's master key`);
  }
}

function keyFor(masterKey: Uint8Array, did: string): Uint8Array {
  if (masterKey.length !== MASTER_KEY) throw new RangeError(`master key must have ${MASTER_KEY} bytes, has ${masterKey.length}`);
  return new Uint8Array(hkdfSync("sha256", masterKey, "rookery key wrap v1", did, 32));
}
