import type { Outcome, RateStatus } from "@rookery/sync";
import type { AccountRate } from "./spend-rates.ts";

/** com.atproto.admin.defs#statusAttr. */
export interface StatusAttr {
  applied: boolean;
  /** What the moderator refers to. */
  ref?: string;
}

/** com.atproto.server.checkAccountStatus, but for what only the host can say. */
export interface AccountCounts {
  activated: boolean;
  /** CID of the commit, 36 bytes. */
  repoCommit: Uint8Array;
  repoRev: string;
  repoBlocks: number;
  indexedRecords: number;
  /** Blobs that records refer to, and blobs that are here. */
  expectedBlobs: number;
  importedBlobs: number;
}

/**
 * Whether the account takes part: deactivated, taken down, suspended, deleted, its handle; and what of it was taken down. Part of
 * the agent's RPC surface. What changes the standing is answered when it is on disk; relay and registry hear of it in any case.
 */
export interface StandingApi {
  /** The owner's wish, or the admin's. `deleteAfter`: ISO datetime until which the owner wants the account kept. */
  deactivate(input: { deleteAfter?: string }): Promise<Outcome<null>>;
  /** The caller has seen that the DID document is right. `AccountNotFound` (400) for an account that was taken down, as in the reference. */
  activate(): Promise<Outcome<null>>;
  /** Take the account down or put it back; its sessions end in both cases, as in the reference. */
  takeDown(takedown: StatusAttr): Promise<Outcome<null>>;
  /** A takedown with an end, or none yet: `until` in milliseconds since 1970. */
  suspend(input: StatusAttr & { until?: number }): Promise<Outcome<null>>;
  /** Say `#account` as it is, for whoever lost it. */
  announceStanding(): Promise<Outcome<null>>;
  /** A new handle; the caller holds it in the registry, and the directory has it. `#identity` goes out also when it is the old one. */
  setHandle(input: { handle: string }): Promise<Outcome<null>>;

  accountAttrs(): Promise<Outcome<{ takedown: StatusAttr; deactivated: StatusAttr }>>;
  recordAttr(input: { path: string }): Promise<Outcome<{ cid: string; takedown: StatusAttr } | undefined>>;
  blobAttr(input: { cid: string }): Promise<Outcome<StatusAttr | undefined>>;
  takeDownRecord(input: { path: string; takedown: StatusAttr }): Promise<Outcome<null>>;
  takeDownBlob(input: { cid: string; takedown: StatusAttr }): Promise<Outcome<null>>;

  countAccount(): Promise<Outcome<AccountCounts>>;
  /** Count one call under each of the account's own limits (at least one); the tightest is told. */
  spendRates(input: { rates: AccountRate[] }): Promise<Outcome<RateStatus & { exceeded: boolean }>>;
}
