import type { Outcome } from "@rookery/sync";
import type { DidChange } from "../store/did-change.ts";

/**
 * What an account's DID document says of a change that is asked for.
 *
 * - `there`: it says so already.
 * - `ours`: the colony serves the document from what the account's object says, so it says so with the object.
 * - `theirs`: its owner is to write it (did:web).
 * - `to-do`: the directory is to be asked.
 */
export type DidStanding = "there" | "ours" | "theirs" | "to-do";

/** The DID directories and the colony's say in them, for an agent. The composition root in `network` fills it. */
export interface DirectoryPort {
  /** Looked up now. Errors: a status below 500 when it cannot ever be done (`InvalidRequest`, 400); 503 when that cannot be told now. */
  look(did: string, change: DidChange): Promise<Outcome<DidStanding>>;
  /**
   * Sign and post it, on top of what the directory has now. Errors: a status below 500 when it was refused and will have no
   * effect; 503 when it may have been taken all the same.
   */
  post(did: string, change: DidChange): Promise<Outcome<null>>;
  /** The registry's copy of the signing key, wrapped, in place of the one before. @throws Error when it cannot be kept now. */
  keepSigningKey(did: string, wrapped: Uint8Array): Promise<void>;
}
