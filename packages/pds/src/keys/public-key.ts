import { createPrivateKey, createPublicKey } from "node:crypto";
import { P256PublicKey } from "@atcute/crypto";
import { KeyUnavailableError, type MasterKey, unwrapKey } from "./wrap.ts";

/** Bytes of an uncompressed point of P-256, with its prefix (SEC 1, 2.3.3); the last of a SubjectPublicKeyInfo. */
const POINT = 65;

/** `did:key` of the public half of a P-256 private key. @param pkcs8 DER. @throws KeyUnavailableError when it is no such key. */
export async function didKeyOf(pkcs8: Uint8Array): Promise<string> {
  try {
    const key = createPublicKey(createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" }));
    const point = key.export({ type: "spki", format: "der" }).subarray(-POINT);
    const compressed = Uint8Array.from([2 + ((point[POINT - 1] ?? 0) & 1), ...point.subarray(1, 33)]);
    return await (await P256PublicKey.importRaw(compressed)).exportPublicKey("did");
  } catch {
    throw new KeyUnavailableError("a signing key is no P-256 key in PKCS#8");
  }
}

/** The same of a wrapped key. @throws KeyUnavailableError */
export const didKeyOfWrapped = (masterKey: MasterKey, did: string, wrapped: Uint8Array): Promise<string> => didKeyOf(unwrapKey(masterKey, did, wrapped));
