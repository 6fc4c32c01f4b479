import type { Outcome } from "@rookery/sync";
import type { DidChange, DidChangeStep } from "../store/did-change.ts";

/** The account's keys and what its DID document says of them. Part of the agent's RPC surface. */
export interface IdentityApi {
  /** What the account's DID document has to say here. Errors: `KeyUnavailable` (500). */
  getIdentity(): Promise<Outcome<AccountIdentity>>;
  /**
   * Have the DID document changed, and the account with it. `wrapped`: PKCS#8 of a new signing key, wrapped for the DID; `exactly`:
   * that key and no other that is on its way already. Done or written down when this answers, and then it goes on by itself.
   * Errors: `DidChangeUnderWay` (409); `KeyUnavailable` (500); what the directory refused (400), and nothing has changed.
   */
  changeDid(input: { change: DidChange; wrapped?: Uint8Array; exactly?: boolean }): Promise<Outcome<DidChanged>>;
  /** Tell the world that the DID document is another: `#identity`. */
  announceIdentity(): Promise<Outcome<null>>;
  /** Whether it is the token that was mailed to the owner for having an operation signed; with `spend` this was its one use. Errors: `InvalidToken`, `ExpiredToken` (400). */
  checkPlcToken(input: { token: string; spend: boolean }): Promise<Outcome<null>>;
}

/** What of an account is in its DID document. */
export interface AccountIdentity {
  did: string;
  handle: string;
  /** Of the key that signs its commits now, `did:key:z...`. */
  signingKey: string;
  /** Of the one that is about to. */
  nextSigningKey?: string;
  /** A change that is under way, how far it has come, and why it is not done. */
  change?: { kind: DidChange["kind"]; step: DidChangeStep; reason?: string };
}

/** What became of a change. */
export interface DidChanged {
  did: string;
  /** `waiting`: it is written down, and goes on by itself until the directory, or whoever writes the document, has it. */
  state: "done" | "waiting";
  signingKey: string;
  /** The key that the document is to name. */
  nextSigningKey?: string;
  reason?: string;
}
