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

/** The colony's master key, and while it is being rotated also the one before, which still opens what nobody has wrapped anew. 32 bytes each. */
export type MasterKey = Uint8Array | { current: Uint8Array; previous: Uint8Array };

/** The key does not open: wrong master key, wrong DID, or damaged bytes. Never answered by making a new key. */
export class KeyUnavailableError extends Error {
  override readonly name = "KeyUnavailableError";
}

/** Wrap `plain` for `did`, under the current master key. Throws RangeError unless that has 32 bytes. */
export function wrapKey(masterKey: MasterKey, did: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", keyFor(currentOf(masterKey), did), nonce);
  cipher.setAAD(Buffer.from(did));
  return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
}

/** Inverse of {@link wrapKey}. Throws {@link KeyUnavailableError}. */
export function unwrapKey(masterKey: MasterKey, did: string, wrapped: Uint8Array): Uint8Array {
  return unwrapWith(masterKey, did, wrapped).plain;
}

/** The same under the current master key; undefined when it is that already. Throws {@link KeyUnavailableError}. */
export function rewrapKey(masterKey: MasterKey, did: string, wrapped: Uint8Array): Uint8Array | undefined {
  const { plain, isCurrent } = unwrapWith(masterKey, did, wrapped);
  return isCurrent ? undefined : wrapKey(masterKey, did, plain);
}

function unwrapWith(masterKey: MasterKey, did: string, wrapped: Uint8Array): { plain: Uint8Array; isCurrent: boolean } {
  if (wrapped[0] !== VERSION || wrapped.length <= 1 + NONCE + TAG)
    throw new KeyUnavailableError(`wrapped key of ${did} has an unknown form`);
  const current = decrypt(currentOf(masterKey), did, wrapped);
  if (current !== undefined) return { plain: current, isCurrent: true };
  const previous = masterKey instanceof Uint8Array ? undefined : decrypt(masterKey.previous, did, wrapped);
  if (previous !== undefined) return { plain: previous, isCurrent: false };
  throw new KeyUnavailableError(`wrapped key of ${did} does not open with this colony's master key`);
}

function decrypt(masterKey: Uint8Array, did: string, wrapped: Uint8Array): Uint8Array | undefined {
  const end = wrapped.length - TAG;
  const decipher = createDecipheriv("aes-256-gcm", keyFor(masterKey, did), wrapped.subarray(1, 1 + NONCE));
  decipher.setAAD(Buffer.from(did));
  decipher.setAuthTag(wrapped.subarray(end));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(wrapped.subarray(1 + NONCE, end)), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** The master key that new keys are wrapped under. */
export const currentOf = (masterKey: MasterKey): Uint8Array => (masterKey instanceof Uint8Array ? masterKey : masterKey.current);

/**
 * Names a master key and tells nothing of it: whoever has the key can tell whether it is the one that something was wrapped
 * under. 16 bytes in hex.
 */
export const masterKeyId = (masterKey: Uint8Array): string => Buffer.from(hkdfSync("sha256", masterKey, "rookery master key id v1", "", 16)).toString("hex");

function keyFor(masterKey: Uint8Array, did: string): Uint8Array {
  if (masterKey.length !== MASTER_KEY) throw new RangeError(`master key must have ${MASTER_KEY} bytes, has ${masterKey.length}`);
  return new Uint8Array(hkdfSync("sha256", masterKey, "rookery key wrap v1", did, 32));
}
