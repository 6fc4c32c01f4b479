import { x25519 } from "@noble/curves/ed25519.js";
import { type Bytes, concat, own } from "./bytes.ts";

/** A key of X25519 (RFC 7748) to agree on secrets with. */
export interface AgreementKey {
  /** 32 bytes. */
  publicKey: Bytes;
  /** The secret shared with another's public key. @throws Error when it is zero: their key is no honest one. */
  agree(publicKey: Bytes): Promise<Bytes>;
}

/** PKCS #8 of an X25519 key (RFC 8410), up to the scalar. */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20);
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

/** By the platform: 50 to 100 µs, where JavaScript takes 800 (packages/envelope/bench.mjs). */
const nativeKey = async (scalar: Bytes): Promise<AgreementKey> => {
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8, scalar), { name: "X25519" }, false, ["deriveBits"]);
  const agree = async (publicKey: Bytes): Promise<Bytes> => {
    const theirs = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
    // A name of its own: the types of workerd know the field by another name than workerd does.
    const algorithm = { name: "X25519", public: theirs };
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
  };
  return { publicKey: await agree(BASE_POINT), agree };
};

/** In JavaScript, for platforms whose WebCrypto has no X25519. */
export const portableKey = async (scalar: Bytes): Promise<AgreementKey> => ({
  publicKey: own(x25519.getPublicKey(scalar)),
  agree: async (publicKey) => own(x25519.getSharedSecret(scalar, publicKey)),
});

let native: Promise<boolean> | undefined;

/** Whether this platform has X25519; asked once. */
const hasNative = (): Promise<boolean> => (native ??= nativeKey(BASE_POINT).then(() => true, () => false));

/** A key by its scalar of 32 bytes. */
export const agreementKey = async (scalar: Bytes): Promise<AgreementKey> => ((await hasNative()) ? nativeKey(scalar) : portableKey(scalar));
