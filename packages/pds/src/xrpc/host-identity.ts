import type { Outcome } from "@rookery/sync";
import type { DidChanged } from "../identity/identity-api.ts";

/** What com.atproto.identity.getRecommendedDidCredentials answers. */
export interface DidCredentials {
  alsoKnownAs: string[];
  verificationMethods: Record<string, string>;
  /** did:key, highest authority first. Of no meaning for a did:web, whose owner writes its document. */
  rotationKeys: string[];
  services: Record<string, { type: string; endpoint: string }>;
}

/** What an operation of the PLC directory is to say in place of what the DID says; what is absent stays. */
export interface PlcChanges {
  rotationKeys?: string[];
  alsoKnownAs?: string[];
  /** Strangers' JSON. */
  verificationMethods?: unknown;
  services?: unknown;
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
  /**
   * An operation signed by the colony's rotation key on top of the DID's newest; it is not posted. The token, from a mail, is spent
   * when it is signed. Errors: `InvalidToken`, `ExpiredToken`, `InvalidRequest` (400); `PlcUnavailable` (503).
   */
  signOperation(did: string, token: string, changes: PlcChanges): Promise<Outcome<unknown>>;
  /** Post an operation that leaves the account here, and tell of it. Errors: `InvalidRequest` (400) in the reference's words; `PlcUnavailable`, `PlcBusy` (503). */
  submitOperation(did: string, operation: unknown): Promise<Outcome<null>>;
  /** did:key of a signing key that is kept for a DID, or for whoever names it. Errors: `TooManyReservedKeys` (503). */
  reserveSigningKey(did: string | undefined): Promise<Outcome<string>>;
  /** A fresh signing key for an account of this host. Errors: `DidChangeUnderWay` (409); `InvalidRequest` (400) when the colony has no say over the DID. */
  rotateSigningKey(did: string): Promise<Outcome<DidChanged>>;
  /** The same with a key that this host holds: the account's own, or one that was reserved. Errors also: `InvalidRequest` (400) for any other. */
  setSigningKey(did: string, didKey: string): Promise<Outcome<DidChanged>>;
  /**
   * The owner's recovery key: first among the rotation keys, in place of the one there was; null takes it away.
   * Errors: `InvalidRecoveryKey`, `AmbiguousRecoveryKey`, `InvalidRequest` (400); `DidChangeUnderWay` (409); `PlcUnavailable` (503).
   */
  changeRecoveryKey(did: string, key: string | null, replaces: string | undefined): Promise<Outcome<DidChanged>>;
}
