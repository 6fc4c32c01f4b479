import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import type { KEM, Key, KeyPair } from "hpke";
import { type Bytes, concat, own, randomBytes, utf8 } from "./bytes.ts";
import { type AgreementKey, agreementKey } from "./x25519.ts";

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem; HPKE KEM 0x647a): ML-KEM-768 and X25519, of which one has to hold. The same as
 * `KEM_MLKEM768_X25519` of @panva/hpke-noble, bit for bit, at a third of its time: X25519 is the platform's, and a private
 * key is expanded from its seed when it is read rather than each time that it opens something.
 */

/** Bytes of ML-KEM-768: public key, ciphertext. X25519 comes after them, 32 bytes each. */
const PQ_KEY = 1184;
const PQ_CIPHERTEXT = 1088;
const NAME = "X-Wing";
const LABEL = utf8("\\.//^\\");

/** What a private key's seed of 32 bytes expands to. */
interface Expanded {
  seed: Bytes;
  decapsulationKey: Uint8Array;
  agreement: AgreementKey;
}

/** A key as the HPKE library hands it around: it looks at nothing but these three. */
class XWingKey implements Key {
  readonly algorithm = { name: NAME };
  readonly extractable = true;
  readonly type: "public" | "private";
  readonly value: Bytes;
  readonly expanded: Expanded | undefined;

  constructor(value: Bytes, expanded?: Expanded) {
    this.type = expanded === undefined ? "public" : "private";
    this.value = value;
    this.expanded = expanded;
  }
}

const pairOf = async (seed: Bytes): Promise<KeyPair<XWingKey>> => {
  const wide = shake256(seed, { dkLen: 96 });
  const { publicKey, secretKey } = ml_kem768.keygen(wide.subarray(0, 64));
  const agreement = await agreementKey(own(wide.subarray(64)));
  return { publicKey: new XWingKey(concat(publicKey, agreement.publicKey)), privateKey: new XWingKey(seed, { seed, decapsulationKey: secretKey, agreement }) };
};

/** The order is that of the draft: both secrets, then ciphertext and public key of X25519, then the label. */
const combine = (pqSecret: Uint8Array, secret: Bytes, ciphertext: Bytes, publicKey: Bytes): Uint8Array => sha3_256(concat(pqSecret, secret, ciphertext, publicKey, LABEL));

/** For `CipherSuite` of hpke. */
export const KEM_XWING = (): KEM<XWingKey> => ({
  id: 0x647a,
  type: "KEM",
  name: NAME,
  Nsecret: 32,
  Nenc: 1120,
  Npk: 1216,
  Nsk: 32,
  // Drafts of HPKE disagree over it, so nothing is derived (docs/envelope.md).
  DeriveKeyPair: () => Promise.reject(new Error("Keys of X-Wing are made at random, never derived")),
  GenerateKeyPair: () => pairOf(randomBytes(32)),
  SerializePublicKey: async ({ value }) => own(value),
  DeserializePublicKey: async (bytes) => new XWingKey(own(bytes)),
  SerializePrivateKey: async ({ value }) => own(value),
  DeserializePrivateKey: async (seed) => (await pairOf(own(seed))).privateKey,
  Encap: async ({ value }) => {
    const random = randomBytes(64);
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(value.subarray(0, PQ_KEY), random.subarray(0, 32));
    const ephemeral = await agreementKey(own(random.subarray(32)));
    const publicKey = own(value.subarray(PQ_KEY));
    const secret = await ephemeral.agree(publicKey);
    return { shared_secret: combine(sharedSecret, secret, ephemeral.publicKey, publicKey), enc: concat(cipherText, ephemeral.publicKey) };
  },
  Decap: async (enc, { expanded }) => {
    if (expanded === undefined) throw new Error("A public key opens nothing");
    const ciphertext = own(enc.subarray(PQ_CIPHERTEXT));
    const { agreement, decapsulationKey } = expanded;
    return combine(ml_kem768.decapsulate(enc.subarray(0, PQ_CIPHERTEXT), decapsulationKey), await agreement.agree(ciphertext), ciphertext, agreement.publicKey);
  },
});
