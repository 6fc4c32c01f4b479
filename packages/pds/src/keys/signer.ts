import { createPrivateKey, sign } from "node:crypto";
import { derToCompact } from "@rookery/repo";
import { KeyUnavailableError, type MasterKey, unwrapKey } from "./wrap.ts";

/** Signs bytes: SHA-256, ECDSA P-256, 64 bytes compact, low S. Synchronous, about 25 us. */
export type Signer = (bytes: Uint8Array) => Uint8Array;

/** The signer of an account from its wrapped PKCS#8 key. Throws {@link KeyUnavailableError}. */
export function openSigner(masterKey: MasterKey, did: string, wrapped: Uint8Array): Signer {
  const pkcs8 = unwrapKey(masterKey, did, wrapped);
  const key = (() => {
    try {
      return createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
    } catch {
      throw new KeyUnavailableError(`signing key of ${did} is not PKCS#8`);
    }
  })();
  return (bytes) => derToCompact(sign("sha256", bytes, key));
}
