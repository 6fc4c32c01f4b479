import type { Outcome } from "@rookery/sync";

/** The account's keys and what its DID document says of them. Part of the agent's RPC surface. */
export interface IdentityApi {
  /** What the account's DID document has to say here. Errors: `KeyUnavailable` (500). */
  getIdentity(): Promise<Outcome<AccountIdentity>>;
}

/** What of an account is in its DID document. */
export interface AccountIdentity {
  did: string;
  handle: string;
  /** Of the key that signs its commits now, `did:key:z...`. */
  signingKey: string;
}
