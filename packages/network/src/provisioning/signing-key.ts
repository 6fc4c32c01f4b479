import { P256PublicKey } from "@atcute/crypto";

/** A fresh P-256 key for signing a repository. */
export interface FreshKey {
  /** PKCS#8 DER of the private key, in clear: to be wrapped at once. */
  pkcs8: Uint8Array;
  /** did:key of the public one. */
  didKey: string;
}

/** Make one, with the platform's own randomness. */
export const makeSigningKey = async (): Promise<FreshKey> => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("generateKey gave no key pair");
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  if (!(pkcs8 instanceof ArrayBuffer)) throw new Error("exportKey gave no bytes");
  return { pkcs8: new Uint8Array(pkcs8), didKey: await (await P256PublicKey.importCryptoKey(pair.publicKey)).exportPublicKey("did") };
};
