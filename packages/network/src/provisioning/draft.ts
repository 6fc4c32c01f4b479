import { parsePublicMultikey } from "@atcute/crypto";
import { wrapKey } from "@rookery/pds";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { Config } from "../config.ts";
import { type PlcOperation, didOf, signGenesis } from "./operation.ts";
import { makeSigningKey } from "./signing-key.ts";

/** All of a new account that must be written down before anything is posted. */
export interface Draft {
  did: string;
  genesis: PlcOperation;
  /** PKCS#8 of the P-256 signing key, wrapped for this DID. */
  wrappedSigningKey: Uint8Array;
}

/** Longest did:key looked at; one of P-256 or secp256k1 has 57 characters. Reading base58 takes the square of its length. */
const MAX_DID_KEY = 128;

/** Whether the text is a did:key that PLC takes as a rotation key. */
export const isDidKey = (text: string): boolean => {
  if (!text.startsWith("did:key:") || text.length > MAX_DID_KEY) return false;
  try {
    parsePublicMultikey(text.slice("did:key:".length));
    return true;
  } catch {
    return false;
  }
};

/** A recovery key that no DID can have. */
export const badRecoveryKey = (key: string) => fail(400, "InvalidRecoveryKey", `Not a did:key of P-256 or secp256k1: ${key.slice(0, MAX_DID_KEY)}`);

/** Make keys, a signed genesis and so the DID. Errors: InvalidRecoveryKey. */
export const draftAccount = async (config: Config, handle: string, recoveryKey?: string): Promise<Outcome<Draft>> => {
  if (recoveryKey !== undefined && !isDidKey(recoveryKey)) return badRecoveryKey(recoveryKey);
  const { pkcs8, didKey } = await makeSigningKey();
  const genesis = await signGenesis({
    handle,
    endpoint: config.origin,
    signingKey: didKey,
    rotationKeys: await config.rotation.recommended(),
    rotationKey: await config.rotationKey(),
    ...(recoveryKey === undefined ? {} : { recoveryKey }),
  });
  const did = didOf(genesis);
  return ok({ did, genesis, wrappedSigningKey: wrapKey(config.masterKey, did, pkcs8) });
};
