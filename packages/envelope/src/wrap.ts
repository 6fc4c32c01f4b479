import type { Key } from "hpke";
import { type Bytes, concat, equalBytes, own, toBase64, utf8 } from "./bytes.ts";
import { SealError } from "./errors.ts";
import { MAX_RECIPIENTS } from "./limits.ts";
import { publicKeyFault } from "./public-key.ts";
import { type PrivateKey, type SuiteName, keyIdOf, suiteOf } from "./suites.ts";

/** Somebody's public key, by the name that the sealed content carries. */
export interface Recipient {
  keyId: Uint8Array;
  publicKey: Uint8Array;
}

/** A data key that one private key gets back. */
export interface WrappedKey {
  keyId: Bytes;
  encapsulation: Bytes;
  wrappedKey: Bytes;
}

/** What a wrapping is for; a data key wrapped for one purpose does not unwrap for another. */
export interface Purpose {
  /** e.g. `agent.comms.sealed/v1 wrap`. */
  label: string;
  /** Bound to it as associated data. */
  associated: Bytes;
}

/** @throws SealError unless each key is one of the suite, named rightly, and named once. */
export const checkRecipients = async (suite: SuiteName, recipients: Recipient[]): Promise<void> => {
  if (recipients.length > MAX_RECIPIENTS) throw new SealError(`${recipients.length} recipients; at most ${MAX_RECIPIENTS} of one record`);
  if (new Set(recipients.map(({ keyId }) => toBase64(keyId))).size !== recipients.length) throw new SealError("A recipient's key is there twice");
  for (const { keyId, publicKey } of recipients) {
    const fault = publicKeyFault(suite, publicKey);
    if (fault !== undefined) throw new SealError(fault);
    if (!equalBytes(await keyIdOf(suite, publicKey), keyId)) throw new SealError("A recipient's key has not the id it goes by");
  }
};

const infoOf = (label: string, keyId: Uint8Array): Bytes => concat(utf8(label), new Uint8Array(1), keyId);

/** HPKE `Seal` in base mode of a data key. @throws Error of the library for what is no public key. */
export const wrapKey = async (suite: SuiteName, { keyId, publicKey }: Recipient, dataKey: Bytes, { label, associated }: Purpose): Promise<WrappedKey> => {
  const hpke = suiteOf(suite).hpke();
  const key = await hpke.DeserializePublicKey(own(publicKey));
  const { encapsulatedSecret, ciphertext } = await hpke.Seal(key, dataKey, { info: infoOf(label, keyId), aad: associated });
  return { keyId: own(keyId), encapsulation: own(encapsulatedSecret), wrappedKey: own(ciphertext) };
};

/** Keys as the library has them, for as long as somebody holds ours: expanding an X-Wing seed is half the work of opening. */
const expanded = new WeakMap<PrivateKey, Promise<Key>>();

const expand = (key: PrivateKey): Promise<Key> => {
  const known = expanded.get(key);
  if (known !== undefined) return known;
  // Extractable: with X25519 the public half is computed from it.
  const made = suiteOf(key.suite).hpke().DeserializePrivateKey(key.privateKey, true);
  expanded.set(key, made);
  return made;
};

/** HPKE `Open`. @throws Error of the library when the key or the purpose is another. */
export const unwrapKey = async (key: PrivateKey, { encapsulation, wrappedKey }: WrappedKey, { label, associated }: Purpose): Promise<Bytes> => {
  const hpke = suiteOf(key.suite).hpke();
  return own(await hpke.Open(await expand(key), encapsulation, wrappedKey, { info: infoOf(label, key.keyId), aad: associated }));
};
