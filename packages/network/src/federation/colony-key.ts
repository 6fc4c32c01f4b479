import { hkdfSync } from "node:crypto";
import { P256PrivateKey } from "@atcute/crypto";

/** Name of the derivation: another purpose needs another one. */
const INFO = "rookery colony identity v1";

/** Order of P-256 (SEC 2, 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** 64 bits more than the order has, so that no key is likelier than another (FIPS 186-5, A.2.1). */
const SEED_BYTES = 40;

/** The colony's own key: what it signs with as a colony, which no agent's key ever is. */
export interface ColonyKey {
  /** Compressed public key as `did:key:z...`. */
  didKey: string;
  /** The same as Multikey text, `z...`. */
  multibase: string;
  /** ECDSA over SHA-256, 64 bytes compact, low S. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Private scalar of a colony's key, 32 bytes: the same for the same master key and DID, always between 1 and the order. */
export const colonyScalar = (masterKey: Uint8Array, did: string): Uint8Array => {
  const seed = new Uint8Array(hkdfSync("sha256", masterKey, INFO, did, SEED_BYTES));
  const scalar = (BigInt(`0x${Buffer.from(seed).toString("hex")}`) % (ORDER - 1n)) + 1n;
  return new Uint8Array(Buffer.from(scalar.toString(16).padStart(64, "0"), "hex"));
};

/** The key of the colony `did`, derived from its first master key; kept from then on (master-key/colony-secrets.ts). */
export const deriveColonyKey = (masterKey: Uint8Array, did: string): Promise<ColonyKey> => colonyKeyOf(colonyScalar(masterKey, did));

/** The key with this private scalar. */
export const colonyKeyOf = async (scalar: Uint8Array): Promise<ColonyKey> => {
  const key = await P256PrivateKey.importRaw(new Uint8Array(scalar));
  const multibase = await key.exportPublicKey("multikey");
  return { didKey: `did:key:${multibase}`, multibase, sign: (bytes) => key.sign(new Uint8Array(bytes)) };
};
