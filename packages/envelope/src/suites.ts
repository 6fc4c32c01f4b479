import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";
import { type Bytes, concat, own, sha256, utf8 } from "./bytes.ts";
import { KEM_XWING } from "./xwing.ts";

/**
 * How data keys are wrapped: HPKE (RFC 9180) in base mode with HKDF-SHA256 and AES-256-GCM over X-Wing (ML-KEM-768 and
 * X25519, KEM 0x647a), safe against quantum computers as long as either half holds; or over X25519 alone (KEM 0x0020),
 * an eighth of the size and none of that safety.
 */
export const SUITES = ["hpke-xwing-hkdfsha256-aes256gcm", "hpke-x25519-hkdfsha256-aes256gcm"] as const;

/** Name of a suite. */
export type SuiteName = (typeof SUITES)[number];

/** The suite unless another is asked for. */
export const DEFAULT_SUITE: SuiteName = "hpke-xwing-hkdfsha256-aes256gcm";

/** Lengths in bytes, and the cipher suite itself, made at first use: some platforms allow little at import. */
export interface Suite {
  publicKey: number;
  encapsulation: number;
  hpke: () => CipherSuite;
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

const table: Record<SuiteName, Suite> = {
  "hpke-xwing-hkdfsha256-aes256gcm": {
    publicKey: 1216,
    encapsulation: 1120,
    hpke: once(() => new CipherSuite(KEM_XWING, KDF_HKDF_SHA256, AEAD_AES_256_GCM)),
  },
  "hpke-x25519-hkdfsha256-aes256gcm": {
    publicKey: 32,
    encapsulation: 32,
    hpke: once(() => new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)),
  },
};

/** Whether we know a suite of that name. */
export const isSuite = (name: unknown): name is SuiteName => SUITES.some((known) => known === name);

/** The suite of that name. */
export const suiteOf = (name: SuiteName): Suite => table[name];

/** A key to open with. The private key is 32 bytes in every suite: the seed of X-Wing, the scalar of X25519. */
export interface PrivateKey {
  suite: SuiteName;
  keyId: Bytes;
  privateKey: Bytes;
}

/** A new key, with what is to be published of it. */
export interface KeyPair extends PrivateKey {
  publicKey: Bytes;
}

/** Name of a public key: SHA-256 over the suite's name, a zero byte and the key. */
export const keyIdOf = (suite: SuiteName, publicKey: Uint8Array): Promise<Bytes> => sha256(concat(utf8(suite), new Uint8Array(1), publicKey));

/**
 * A new key pair. Both halves are to be kept: drafts of HPKE disagree over how X-Wing keys are derived from input material,
 * so nothing here is ever derived again. The private key of X-Wing is its seed, as FIPS 203 and the drafts allow.
 */
export const makeKeyPair = async (suite: SuiteName = DEFAULT_SUITE): Promise<KeyPair> => {
  const hpke = table[suite].hpke();
  const pair = await hpke.GenerateKeyPair(true);
  const publicKey = own(await hpke.SerializePublicKey(pair.publicKey));
  return { suite, publicKey, privateKey: own(await hpke.SerializePrivateKey(pair.privateKey)), keyId: await keyIdOf(suite, publicKey) };
};
