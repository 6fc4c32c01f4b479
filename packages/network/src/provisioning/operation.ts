import { createHash } from "node:crypto";
import type { P256PrivateKey } from "@atcute/crypto";
import { type LexValue, cidOf, cidToString, encode } from "@rookery/repo";

/** A PLC operation that creates or updates a DID (did:plc specification, "Operation Types"). */
export interface PlcOperation {
  type: "plc_operation";
  /** did:key, highest authority first. */
  rotationKeys: string[];
  verificationMethods: Record<string, string>;
  alsoKnownAs: string[];
  services: Record<string, { type: string; endpoint: string }>;
  prev: string | null;
  sig: string;
}

/** The operation that ends a DID. */
export interface PlcTombstone {
  type: "plc_tombstone";
  prev: string;
  sig: string;
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

const cbor = (operation: object): Uint8Array => encode(operation as LexValue);

const sign = async <T extends object>(unsigned: T, key: P256PrivateKey): Promise<T & { sig: string }> => {
  const signature = await key.sign(cbor(unsigned));
  return { ...unsigned, sig: Buffer.from(signature).toString("base64url") };
};

/** CID that `prev` of the next operation names. */
export const operationCid = (operation: object): string => cidToString(cidOf(sha256, cbor(operation)));

const base32 = "abcdefghijklmnopqrstuvwxyz234567";

/** did:plc of a signed genesis: the first 24 base32 characters of its SHA-256. */
export const didOf = (genesis: PlcOperation): string => {
  const hash = sha256(cbor(genesis));
  let bits = 0;
  let value = 0;
  let text = "";
  for (const byte of hash) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < 24) {
      text += base32[(value >> (bits - 5)) & 31];
      bits -= 5;
    }
    value &= (1 << bits) - 1;
  }
  return `did:plc:${text}`;
};

/** What the first operation of a DID says. */
export interface GenesisInput {
  handle: string;
  /** Origin of this colony. */
  endpoint: string;
  /** did:key of the repository's signing key. */
  signingKey: string;
  /** did:key of the owner's recovery key; it goes in front of the colony's. */
  recoveryKey?: string;
  /** did:key of the colony's rotation keys, highest authority first. */
  rotationKeys: readonly string[];
  /** One of them. */
  rotationKey: P256PrivateKey;
}

/** A signed genesis. ECDSA signatures are random: signing again would make another DID, so keep what this gives. */
export const signGenesis = async (input: GenesisInput): Promise<PlcOperation> => {
  const owners = input.recoveryKey === undefined ? [] : [input.recoveryKey];
  return sign(
    {
      type: "plc_operation" as const,
      rotationKeys: [...owners, ...input.rotationKeys.filter((key) => key !== input.recoveryKey)],
      verificationMethods: { atproto: input.signingKey },
      alsoKnownAs: [`at://${input.handle}`],
      services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: input.endpoint } },
      prev: null,
    },
    input.rotationKey,
  );
};

/** The operation that ends a DID. */
export const signTombstone = (last: PlcOperation, key: P256PrivateKey): Promise<PlcTombstone> =>
  sign({ type: "plc_tombstone" as const, prev: operationCid(last) }, key);

/**
 * Leaves the DID to the owner's keys alone: the colony's key, its key for the repository, the handle and the host go.
 * @param ownerKey did:key of the owner, when it is not among the rotation keys yet.
 * @param own did:key of each of the colony's rotation keys.
 */
export const signHandover = (last: PlcOperation, key: P256PrivateKey, ownerKey: string | null, own: readonly string[]): Promise<PlcOperation> => {
  const kept = last.rotationKeys.filter((rotation) => !own.includes(rotation) && rotation !== ownerKey);
  const unsigned = {
    type: "plc_operation" as const,
    rotationKeys: ownerKey === null ? kept : [ownerKey, ...kept],
    verificationMethods: {},
    alsoKnownAs: [],
    services: {},
    prev: operationCid(last),
  };
  return sign(unsigned, key);
};
