import type { HostIdentity } from "@rookery/pds";
import { assertValidDidDocument } from "./assert-valid-document.ts";
import { changeRecoveryKey } from "./change-recovery-key.ts";
import type { IdentityDesk } from "./identity-desk.ts";
import { recommendedCredentials } from "./recommended-credentials.ts";
import { rotateSigningKey, setSigningKey } from "./rotate-signing-key.ts";
import { signPlcOperation } from "./sign-plc-operation.ts";
import { submitPlcOperation } from "./submit-plc-operation.ts";

/** What the host does about DIDs, one file for each. */
export const identityOfDesk = (desk: IdentityDesk): HostIdentity => ({
  recommended: (did) => recommendedCredentials(desk, did),
  assertValidDidDocument: (did) => assertValidDidDocument(desk, did),
  signOperation: (did, token, changes) => signPlcOperation(desk, did, token, changes),
  submitOperation: (did, operation) => submitPlcOperation(desk, did, operation),
  reserveSigningKey: (did) => desk.reserved.reserve(did, Date.now()),
  rotateSigningKey: (did) => rotateSigningKey(desk, did),
  setSigningKey: (did, didKey) => setSigningKey(desk, did, didKey),
  changeRecoveryKey: (did, key, replaces) => changeRecoveryKey(desk, did, key, replaces),
});
