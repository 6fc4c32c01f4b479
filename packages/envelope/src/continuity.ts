import { type AgentCommsKey, type AgentCommsKeySignature, COMMS_ROOT } from "@rookery/lexicon-agent-comms";
import { type Bytes, own } from "./bytes.ts";
import { encodeData } from "./data-model.ts";
import { bytesOf, bytesToJson } from "./sealed.ts";

/** Algorithms of owners' keys, by their JOSE names (RFC 9864, RFC 7518): those that every platform's WebCrypto has. */
export const OWNER_ALGORITHMS = ["Ed25519", "ES256"] as const;

/** One of them. */
export type OwnerAlgorithm = (typeof OWNER_ALGORITHMS)[number];

/** A public key that an owner holds the other half of, where no host can use it. */
export interface OwnerKey {
  algorithm: OwnerAlgorithm;
  /** 32 bytes (Ed25519), or the uncompressed point of 65 (ES256). */
  publicKey: Bytes;
}

/** An owner's key to sign with. */
export interface OwnerKeyPair extends OwnerKey {
  privateKey: CryptoKey;
}

/** What of a key record is signed: all but the signatures. */
export type KeyClaims = Omit<AgentCommsKey, "$type" | "continuity">;

const parameters = {
  Ed25519: { generate: "Ed25519", use: "Ed25519", length: 32 },
  ES256: { generate: { name: "ECDSA", namedCurve: "P-256" }, use: { name: "ECDSA", hash: "SHA-256" }, length: 65 },
} as const;

/** Whether we know the algorithm. */
export const isOwnerAlgorithm = (name: unknown): name is OwnerAlgorithm => OWNER_ALGORITHMS.some((known) => known === name);

/** A new owner's key; its private half can be taken out with WebCrypto's `exportKey` unless `extractable` is false. */
export const makeOwnerKey = async (algorithm: OwnerAlgorithm = "Ed25519", extractable = true): Promise<OwnerKeyPair> => {
  // Both are asymmetric; the types of `generateKey` cannot tell.
  const pair = (await crypto.subtle.generateKey(parameters[algorithm].generate, extractable, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey: unknown = await crypto.subtle.exportKey("raw", pair.publicKey);
  if (!(publicKey instanceof ArrayBuffer)) throw new TypeError("a raw key is bytes");
  return { algorithm, privateKey: pair.privateKey, publicKey: new Uint8Array(publicKey) };
};

/**
 * The bytes that are signed: docs/envelope.md, "Continuity". Who hands over signs to whom, since everybody can put a signature
 * of their own beside one that is there: without it the host would, and be an owner from then on.
 */
const messageOf = (did: string, { suite, publicKey, keyId, createdAt, expiresAt, prev }: KeyClaims, signer: OwnerKey, heir: OwnerKey | undefined): Bytes =>
  encodeData([
    `${COMMS_ROOT}.key/v1 continuity`,
    did,
    suite,
    publicKey,
    keyId,
    createdAt,
    expiresAt,
    prev === undefined ? null : { uri: prev.uri, cid: prev.cid },
    signer.algorithm,
    bytesToJson(signer.publicKey),
    ...(heir === undefined ? [] : [heir.algorithm, bytesToJson(heir.publicKey)]),
  ]);

/** Sign a key record of `did` as its owner; or, when it was one's own until now, as who hands it over to an `heir`. */
export const signContinuity = async (did: string, claims: KeyClaims, owner: OwnerKeyPair, heir?: OwnerKey): Promise<AgentCommsKeySignature> => {
  const signature = await crypto.subtle.sign(parameters[owner.algorithm].use, owner.privateKey, messageOf(did, claims, owner, heir));
  return { algorithm: owner.algorithm, publicKey: bytesToJson(owner.publicKey), signature: bytesToJson(new Uint8Array(signature)) };
};

/** Who has signed a key record: its owner first, then who handed it over, if that changed with it; undefined when one does not verify. */
export const verifyContinuity = async (did: string, claims: KeyClaims, [first, ...rest]: readonly AgentCommsKeySignature[]): Promise<OwnerKey[] | undefined> => {
  if (first === undefined) return [];
  const heir = await signerOf(did, claims, first, undefined);
  if (heir === undefined) return undefined;
  const before = await Promise.all(rest.map((signed) => signerOf(did, claims, signed, heir)));
  const verified = before.filter((owner) => owner !== undefined);
  return verified.length === before.length ? [heir, ...verified] : undefined;
};

const signerOf = async (did: string, claims: KeyClaims, signed: AgentCommsKeySignature, heir: OwnerKey | undefined): Promise<OwnerKey | undefined> => {
  if (!isOwnerAlgorithm(signed.algorithm)) return undefined;
  const { generate, use, length } = parameters[signed.algorithm];
  try {
    const owner: OwnerKey = { algorithm: signed.algorithm, publicKey: bytesOf(signed.publicKey, length) };
    const key = await crypto.subtle.importKey("raw", own(owner.publicKey), generate, false, ["verify"]);
    const verified = await crypto.subtle.verify(use, key, bytesOf(signed.signature, 64), messageOf(did, claims, owner, heir));
    return verified ? owner : undefined;
  } catch {
    return undefined; // not a point of the curve, not base64: not a signature
  }
};
