import type { SyncFailureCode } from "@rookery/sync";

/** One record that was created, updated or deleted. */
export interface RecordChange {
  action: "create" | "update" | "delete";
  /** `at://did/collection/rkey` */
  uri: string;
  collection: string;
  rkey: string;
  /** Null when deleted. */
  cid: string | null;
  /** The record in the JSON form of the data model; absent when deleted, and when it is none. */
  value?: Record<string, unknown>;
}

/** A record as it is in a repository now. */
export interface CurrentRecord {
  uri: string;
  collection: string;
  rkey: string;
  cid: string;
  /** Absent when the block is no record. */
  value?: Record<string, unknown>;
}

/** Why an account had to be resynchronised, or an event was not believed. `Malformed`: no frame of the protocol. */
export interface Reason {
  code: SyncFailureCode | "Malformed" | "Sync" | "Gap" | "FirstSeen" | "Unresolvable";
  message: string;
}

/** What becomes of an account whose chain is broken. */
export type MendEvent =
  /**
   * The account's repository as it is now, fetched from its host and verified: what came before is void, and a record of it that is
   * not among `records` is gone. They are decoded as they are read.
   */
  | { kind: "resync"; seq: number; did: string; rev: string; commit: string; reason: Reason; records: Iterable<CurrentRecord> }
  /** The account went on without us, and its host has no repository of it now: it was deleted, taken down, or moved away. */
  | { kind: "gone"; seq: number; did: string; reason: Reason; status: string }
  /** The account went on without us, and its repository cannot be had now. It is tried again; a `resync` follows. */
  | { kind: "desynchronized"; seq: number; did: string; reason: Reason; error: string; retryAt: Date };

/**
 * What a follower of a firehose is told. Whatever names a DID is verified, but `account` and `identity`: those are the word of
 * the host that is followed, and nobody signs them.
 */
export type FirehoseEvent =
  /** A commit that was signed by its account and follows from the one before. `ops` are those that were asked for. */
  | { kind: "commit"; seq: number; did: string; rev: string; since: string | null; commit: string; time: string; ops: RecordChange[] }
  | MendEvent
  /** The handle or DID document may have changed. */
  | { kind: "identity"; seq: number; did: string; time: string; handle?: string }
  | { kind: "account"; seq: number; did: string; time: string; active: boolean; status?: string }
  /** An event that is not believed. Nothing of it was told; where it may hide a change, a `resync` follows. */
  | { kind: "refused"; seq: number | undefined; did: string | undefined; reason: Reason }
  /** Events after `cursor` are gone from the host's window. Accounts that are known are resynchronised next, where they changed. */
  | { kind: "gap"; cursor: number; message: string };

/** What a follower of a Jetstream is told. `cursor` is the time of the event in microseconds, `seq` in a MendEvent is the same. */
export type JetstreamFollowEvent =
  /** A record that was created, updated or deleted; proven by its author's host unless `verify` is `none`. */
  | (RecordChange & { kind: "record"; cursor: number; did: string; rev: string })
  /** The record has changed again since: the repository proves another one, or none, at `rev`. The event that tells of it follows. */
  | { kind: "superseded"; cursor: number; did: string; uri: string; cid: string | null; rev: string }
  | MendEvent
  | { kind: "identity"; cursor: number; did: string; time: string; handle?: string }
  | { kind: "account"; cursor: number; did: string; time: string; active: boolean; status?: string }
  /** A message that is none, or says what the author's host disproves. */
  | { kind: "refused"; cursor: number | undefined; did: string | undefined; reason: Reason };

/** The stream cannot be followed with this cursor: the host has never given it out. Was it another host's, or is the host's log a new one? */
export class FutureCursorError extends Error {
  override readonly name = "FutureCursorError";
  readonly cursor: number;

  constructor(cursor: number, message: string) {
    super(`the host does not know cursor ${cursor} yet${message === "" ? "" : `: ${message}`}`);
    this.cursor = cursor;
  }
}
