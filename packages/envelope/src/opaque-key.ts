import { concat, own, utf8 } from "./bytes.ts";
import { encodeData } from "./data-model.ts";

/** Alphabet of RFC 4648 base32, in lower case. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** Bytes of the hash that are kept: 26 characters, and no two alike by chance. */
const KEPT = 16;

/**
 * A record key that is the same whenever the same is meant, and tells nothing to who has not the secret: HMAC-SHA256 over
 * `parts`, 26 characters. docs/envelope.md, "Opaque record keys". @param secret at least 16 bytes.
 * @throws RangeError for a shorter one.
 */
export const opaqueKey = async (secret: Uint8Array, parts: readonly string[]): Promise<string> => {
  if (secret.length < 16) throw new RangeError(`a secret of ${secret.length} bytes`);
  const key = await crypto.subtle.importKey("raw", own(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, concat(utf8("agent.comms.sealed/v1 record key"), new Uint8Array(1), encodeData(parts)));
  return base32(new Uint8Array(mac, 0, KEPT));
};

const base32 = (bytes: Uint8Array): string => {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31] ?? "";
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + (ALPHABET[(held << (5 - bits)) & 31] ?? "");
};
