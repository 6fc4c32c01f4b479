import { type Bytes, concat, utf8 } from "./bytes.ts";
import { DOMAIN, type SealContext } from "./context.ts";
import { encodeData } from "./data-model.ts";
import { hkdf } from "./hkdf.ts";

/** What one data key turns into for one record. */
export interface ContentKey {
  key: CryptoKey;
  nonce: Bytes;
  /** Commits to the data key, the salt and the binding: no two data keys open one record. */
  commitment: Bytes;
}

const EMPTY = new Uint8Array(0);

/**
 * Key, nonce and commitment from one derivation. The commitment covers all that the other two come from, so a ciphertext
 * has one plaintext only, whoever opens it: the HKDF commitment of https://eprint.iacr.org/2022/268 (CMT-4 over AES-GCM).
 */
export const contentKeyOf = async (dataKey: Uint8Array, salt: Bytes, binding: Bytes): Promise<ContentKey> => {
  const derived = await hkdf(dataKey, salt, concat(utf8(`${DOMAIN} content`), new Uint8Array(1), binding), 76);
  const key = await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, nonce: derived.slice(32, 44), commitment: derived.slice(44) };
};

/** The data key that the author can always find again: a new epoch needs no record to be written again. */
export const dataKeyOfEpoch = (epochKey: Uint8Array, salt: Bytes, { repo, collection, rkey }: SealContext): Promise<Bytes> =>
  hkdf(epochKey, salt, concat(utf8(`${DOMAIN} epoch`), new Uint8Array(1), encodeData([repo, collection, rkey])), 32);

/** Names that were asked for, for as long as somebody holds the key: an agent opens thousands of its own records by a few. */
const named = new WeakMap<Uint8Array, Bytes>();

/** Public name of an epoch key, 16 bytes, from which nothing of the key follows. A key that is given is not changed any more. */
export const epochIdOf = async (epochKey: Uint8Array): Promise<Bytes> => {
  const known = named.get(epochKey) ?? (await hkdf(epochKey, EMPTY, utf8(`${DOMAIN} epoch-id`), 16));
  named.set(epochKey, known);
  return known;
};
