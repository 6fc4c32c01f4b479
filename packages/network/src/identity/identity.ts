import type { HostIdentity } from "@rookery/pds";
import { assertValidDidDocument } from "./assert-valid-document.ts";
import type { IdentityDesk } from "./identity-desk.ts";
import { recommendedCredentials } from "./recommended-credentials.ts";

/** What the host does about DIDs, one file for each. */
export const identityOfDesk = (desk: IdentityDesk): HostIdentity => ({
  recommended: (did) => recommendedCredentials(desk, did),
  assertValidDidDocument: (did) => assertValidDidDocument(desk, did),
});
