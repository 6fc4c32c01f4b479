import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { EnvelopeSealer } from "@rookery/envelope";

/** Characters of a key: 160 bits, no two alike by chance. */
const LENGTH = 40;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Record keys that are the same whenever the same is meant, and tell nothing to who has not the agent's keys.
 * @param purpose keys of one say nothing of those of another. @throws RangeError when the agent has no epoch key.
 */
export const opaqueKeys = ({ ring }: Pick<EnvelopeSealer, "ring">, purpose: string): ((text: string) => string) => {
  // The oldest: it stays when others follow.
  const epochKey = ring.epochKeys?.at(-1);
  if (epochKey === undefined) throw new RangeError("There is no epoch key");
  const key = hkdf(sha256, epochKey, undefined, utf8(`rookery sdk record keys ${purpose}`), 32);
  return (text) => bytesToHex(hmac(sha256, key, utf8(text))).slice(0, LENGTH);
};
