import type { Outcome } from "@rookery/sync";

/**
 * What is sealed and opened inside the agent: sending, reading, sharing. Part of the agent's RPC surface. Records are in
 * JSON form. Errors of all: `SelfKeyed` (400) where the owner holds the keys; those of writing where something is written.
 */
export interface SealingApi {
  /** Write a record, sealed unless `privacy` is `public`. Errors: `CannotSeal`, `RecordConflict`, `RecordNotFound`, `InvalidSwap` (of a grant's subject), `InvalidRequest` (400). */
  send(input: SendInput): Promise<Outcome<RecordAt>>;
  /** A record as its author wrote it. Error: `CannotOpen` (400), whatever the reason. */
  open(input: { uri: string; grant?: string }): Promise<Outcome<OpenedAt>>;
  /** A grant for one more reader; the one that there is, when there is one. Errors: `CannotSeal`, `NotSealed`, `RecordNotFound`, `InvalidSwap` (400). */
  share(input: { uri: string; to: string }): Promise<Outcome<RecordAt>>;
  /** Take grants back. Errors: `CannotReseal`, `CannotSeal`, `RecordNotFound`, `InvalidSwap`, `InvalidRequest` (400). */
  revoke(input: RevokeInput): Promise<Outcome<Revoked>>;
  /** Let everybody read. Errors: `CannotSeal`, `RecordNotFound`, `InvalidSwap` (400). */
  makePublic(input: { uri: string }): Promise<Outcome<RecordAt>>;
}

/** A record to be written, whole and in the clear. */
export interface SendInput {
  collection: string;
  /** A TID is made when absent. With one, a repeat of the same record is answered as the first was. */
  rkey?: string;
  record: Record<string, unknown>;
  /** `sealed` when absent. */
  privacy?: "sealed" | "public";
  /** at-uris of the agent's own sealed records that every recipient is granted, in the same commit. */
  grants?: string[];
}

/** Where a record is, and which one. */
export interface RecordAt {
  uri: string;
  cid: string;
}

/** A record that was opened, or was never sealed. */
export interface OpenedAt extends RecordAt {
  /** DID of the repository it is in, by verified signature. */
  author: string;
  value: Record<string, unknown>;
  sealed: boolean;
}

/** One grant, or the grants of a record: for one reader, or for all of them. */
export interface RevokeInput {
  grant?: string;
  uri?: string;
  to?: string;
  /** Seal the record again under a new data key, with new grants for the readers that stay. */
  reseal?: boolean;
}

/** What was taken back cannot be un-read. */
export interface Revoked {
  /** DIDs of everybody but the agent itself who was ever given a way to read it. */
  couldRead: string[];
  /** The record, when it was sealed again. */
  uri?: string;
  cid?: string;
}
