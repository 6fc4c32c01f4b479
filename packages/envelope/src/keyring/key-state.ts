import { type AgentCommsKey, ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { fromBase64, toBase64 } from "../bytes.ts";
import { isOwnerAlgorithm, makeOwnerKey, type OwnerKeyPair } from "../continuity.ts";
import type { FoundKeyRecord } from "../key-record.ts";
import { isSuite, keyIdOf, type KeyPair } from "../suites.ts";
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
  /** Ids of keys whose private half is deleted, in base64, newest first: what was sealed for them came too late, and is no stranger's. */
  former: string[];
  /** The owner's key that signs key records; undefined once somebody else holds the keys: these open what was sealed for them, no more. */
  owner: OwnerKeyPair | undefined;
  /** What is remembered of others, by DID; used longest ago first. */
  pins: Map<string, FoundKeyRecord>;
}

/** A kept state that cannot be read, or is not this agent's: nothing is made anew over it. Says nothing of what is in it. */
export class KeyStateError extends Error {
  override name = "KeyStateError";
}

const VERSION = 1;

/** The state of an agent that never had keys: an epoch key and an owner's key; its first key pair is made when it is published. */
export const makeKeyState = async (): Promise<KeyState & { owner: OwnerKeyPair }> => ({ keys: [], epochKeys: [crypto.getRandomValues(new Uint8Array(32))], former: [], owner: await makeOwnerKey("ES256"), pins: new Map() });

/** @param did the agent whose keys they have to be. @throws KeyStateError when there is something that cannot be read. */
export const loadKeyState = async (store: KeyStore, did: string): Promise<KeyState | undefined> => {
  const text = await store.load();
  if (text === undefined) return undefined;
  let kept: Kept & { state: KeyState };
  try {
    kept = await parse(JSON.parse(text));
  } catch {
    // Without its cause: JSON.parse cites what it stumbles over, and that is a key.
    throw new KeyStateError("The kept keys cannot be read; they are left as they are");
  }
  if (kept.did !== did) throw new KeyStateError(`The kept keys are of ${kept.did}, not of ${did}; they are left as they are`);
  return kept.state;
};

/** Keep a state of `did`. */
export const saveKeyState = async (store: KeyStore, did: string, { keys, epochKeys, former, owner, pins }: KeyState): Promise<void> => {
  const shown = {
    version: VERSION,
    did,
    keys: keys.map(({ pair, ...rest }) => ({ ...rest, suite: pair.suite, keyId: toBase64(pair.keyId), publicKey: toBase64(pair.publicKey), privateKey: toBase64(pair.privateKey) })),
    epochKeys: epochKeys.map(toBase64),
    former,
    ...(owner === undefined ? {} : { owner: await shownOwner(owner) }),
    pins: [...pins],
  };
  await store.save(JSON.stringify(shown));
};

const shownOwner = async ({ algorithm, publicKey, privateKey }: OwnerKeyPair): Promise<NonNullable<Kept["owner"]>> => {
  const exported: unknown = await crypto.subtle.exportKey("pkcs8", privateKey);
  if (!(exported instanceof ArrayBuffer)) throw new TypeError("a key in PKCS#8 is bytes");
  return { algorithm, publicKey: toBase64(publicKey), privateKey: toBase64(new Uint8Array(exported)) };
};

type KeptKey = Omit<OwnKey, "pair"> & { suite: string; keyId: string; publicKey: string; privateKey: string };

/** What `saveKeyState` wrote (named boundary: the store is the author's own, and what matters of it is checked below). */
interface Kept {
  version: number;
  did: string;
  keys: KeptKey[];
  epochKeys: string[];
  /** Absent in what was kept before there was such a list. */
  former?: string[];
  owner?: { algorithm: string; publicKey: string; privateKey: string };
  pins: [string, FoundKeyRecord][];
}

const importParameters = { Ed25519: "Ed25519", ES256: { name: "ECDSA", namedCurve: "P-256" } } as const;

/** @throws TypeError */
const check = (right: boolean, what: string): void => {
  if (!right) throw new TypeError(what);
};

const secretOf = (text: string): Uint8Array<ArrayBuffer> => {
  const bytes = fromBase64(text);
  check(bytes.length === 32, "length of a key");
  return bytes;
};

const keyOf = async ({ suite, keyId, publicKey, privateKey, ...rest }: KeptKey): Promise<OwnKey> => {
  if (!isSuite(suite)) throw new TypeError("suite");
  const pair = { suite, keyId: fromBase64(keyId), publicKey: fromBase64(publicKey), privateKey: secretOf(privateKey) };
  const verdict = validateRecord(ids.AgentCommsKey, rest.record);
  check(typeof rest.rkey === "string" && verdict.known && verdict.ok, "record of a key");
  check(toBase64(await keyIdOf(suite, pair.publicKey)) === toBase64(pair.keyId), "id of a key");
  return { ...rest, pair };
};

const ownerOf = async ({ algorithm, publicKey, privateKey }: NonNullable<Kept["owner"]>): Promise<OwnerKeyPair> => {
  if (!isOwnerAlgorithm(algorithm)) throw new TypeError("algorithm");
  return { algorithm, publicKey: fromBase64(publicKey), privateKey: await crypto.subtle.importKey("pkcs8", fromBase64(privateKey), importParameters[algorithm], true, ["sign"]) };
};

const parse = async (value: unknown): Promise<Kept & { state: KeyState }> => {
  const kept = value as Kept;
  const { version, did, keys, epochKeys, former = [], owner, pins } = kept;
  check(version === VERSION && typeof did === "string" && epochKeys.length > 0, "version");
  check(pins.every(([of, { uri, cid }]) => [of, uri, cid].every((text) => typeof text === "string")), "pins");
  check(former.every((id) => fromBase64(id).length === 32), "ids of former keys");
  const state: KeyState = {
    keys: await Promise.all(keys.map(keyOf)),
    epochKeys: epochKeys.map(secretOf),
    former,
    owner: owner && (await ownerOf(owner)),
    pins: new Map(pins),
  };
  return { ...kept, state };
};
