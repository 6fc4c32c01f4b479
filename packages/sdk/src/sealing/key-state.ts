import { type FoundKeyRecord, fromBase64, isOwnerAlgorithm, isSuite, type KeyPair, type OwnerKeyPair, toBase64 } from "@rookery/envelope";
import type { AgentCommsKey } from "@rookery/lexicon-agent-comms";
import type { KeyStore } from "./key-store.ts";

/** A key of one's own with the record that publishes it. */
export interface OwnKey {
  pair: KeyPair;
  rkey: string;
  record: AgentCommsKey;
  /** Where the record is; undefined until the host has answered. */
  published?: { uri: string; cid: string };
}

/** All that is kept between runs. */
export interface KeyState {
  /** Newest first. */
  keys: OwnKey[];
  /** Newest first. */
  epochKeys: Uint8Array[];
  /** The owner's key that signs key records. */
  owner: OwnerKeyPair;
  /** What is remembered of others, by DID; used longest ago first. */
  pins: Map<string, FoundKeyRecord>;
}

/** A kept state that cannot be read: nothing is made anew over it. */
export class KeyStateError extends Error {
  override name = "KeyStateError";
}

const VERSION = 1;

/** @throws KeyStateError when there is something that cannot be read. */
export const loadKeyState = async (store: KeyStore): Promise<KeyState | undefined> => {
  const text = await store.load();
  if (text === undefined) return undefined;
  try {
    return await parse(JSON.parse(text));
  } catch (error) {
    throw new KeyStateError("The kept keys cannot be read; they are left as they are", { cause: error });
  }
};

/** Keep a state. */
export const saveKeyState = async (store: KeyStore, { keys, epochKeys, owner, pins }: KeyState): Promise<void> => {
  const shown = {
    version: VERSION,
    keys: keys.map(({ pair, ...rest }) => ({ ...rest, suite: pair.suite, keyId: toBase64(pair.keyId), publicKey: toBase64(pair.publicKey), privateKey: toBase64(pair.privateKey) })),
    epochKeys: epochKeys.map(toBase64),
    owner: { algorithm: owner.algorithm, publicKey: toBase64(owner.publicKey), privateKey: toBase64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", owner.privateKey))) },
    pins: [...pins],
  };
  await store.save(JSON.stringify(shown));
};

/** What `saveKeyState` wrote (named boundary: the store is the author's own). */
interface Kept {
  version: number;
  keys: (Omit<OwnKey, "pair"> & { suite: string; keyId: string; publicKey: string; privateKey: string })[];
  epochKeys: string[];
  owner: { algorithm: string; publicKey: string; privateKey: string };
  pins: [string, FoundKeyRecord][];
}

const importParameters = { Ed25519: "Ed25519", ES256: { name: "ECDSA", namedCurve: "P-256" } } as const;

const parse = async (value: unknown): Promise<KeyState> => {
  const { version, keys, epochKeys, owner, pins } = value as Kept;
  if (version !== VERSION) throw new TypeError(`Version ${version}, not ${VERSION}`);
  if (!isOwnerAlgorithm(owner.algorithm)) throw new TypeError(`Not an algorithm of ours: ${owner.algorithm}`);
  return {
    keys: keys.map(({ suite, keyId, publicKey, privateKey, ...rest }) => {
      if (!isSuite(suite)) throw new TypeError(`Not a suite of ours: ${suite}`);
      return { ...rest, pair: { suite, keyId: fromBase64(keyId), publicKey: fromBase64(publicKey), privateKey: fromBase64(privateKey) } };
    }),
    epochKeys: epochKeys.map(fromBase64),
    owner: {
      algorithm: owner.algorithm,
      publicKey: fromBase64(owner.publicKey),
      privateKey: await crypto.subtle.importKey("pkcs8", fromBase64(owner.privateKey), importParameters[owner.algorithm], true, ["sign"]),
    },
    pins: new Map(pins),
  };
};
