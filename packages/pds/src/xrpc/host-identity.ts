import type { Outcome } from "@rookery/sync";

/** What com.atproto.identity.getRecommendedDidCredentials answers. */
export interface DidCredentials {
  alsoKnownAs: string[];
  verificationMethods: Record<string, string>;
  /** did:key, highest authority first. Of no meaning for a did:web, whose owner writes its document. */
  rotationKeys: string[];
  services: Record<string, { type: string; endpoint: string }>;
}

/** What the XRPC surface needs of the host about DIDs: the directory, and the colony's key there. Filled by `network`. */
export interface HostIdentity {
  /** What an account's DID document must say for the account to be here. Errors: `RepoNotFound` (400), `KeyUnavailable` (500). */
  recommended(did: string): Promise<Outcome<DidCredentials>>;
  /**
   * Whether the DID document, looked up now, is one with which the account can be active here: the colony's rotation key (of a
   * did:plc), its endpoint, the account's signing key; checked in that order, as the reference does.
   * Errors: `InvalidRequest` (400) in the reference's words; `PlcUnavailable`, `DidUnavailable` (503) when it cannot be looked up now.
   */
  assertValidDidDocument(did: string): Promise<Outcome<null>>;
}
