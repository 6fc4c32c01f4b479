/**
 * The messages of com.atproto.sync.subscribeRepos, as their fields are named in its lexicon.
 *
 * On the wire one binary WebSocket frame is two CBOR values one after the other: a header `{op: 1, t: "#commit"}`
 * and the payload; an error is `{op: -1}` and `{error, message}`. CIDs are their 36 bytes.
 */
import type { CidBytes } from "@rookery/repo";
import type { AccountStatus } from "./event.ts";

/** One record changed by a commit. `prev` is present for update and delete, absent for create. */
export interface CommitOp {
  action: "create" | "update" | "delete";
  /** `collection/rkey`. */
  path: string;
  /** The record now; null when deleted. */
  cid: CidBytes | null;
  prev?: CidBytes;
}

/** `#commit`: what changed in a repository, with the proof. */
export interface CommitBody {
  /** The account's DID (this message alone calls it `repo`). */
  repo: string;
  commit: CidBytes;
  rev: string;
  /** Rev of the commit before; null for the first one. */
  since: string | null;
  /** CAR whose first root is the commit, with new nodes, new records and the proof of every op. */
  blocks: Uint8Array;
  ops: CommitOp[];
  /** MST root before this commit; absent for the first one. */
  prevData?: CidBytes;
  /** ISO 8601 datetime. */
  time: string;
}

/** `#sync`: where a repository stands now, whatever was said before. */
export interface SyncBody {
  did: string;
  /** CAR with the commit block alone. */
  blocks: Uint8Array;
  rev: string;
  time: string;
}

/** `#identity`: the DID document or handle may have changed; resolve again. */
export interface IdentityBody {
  did: string;
  time: string;
  handle?: string;
}

/** `status` says why when `active` is false; mirrors add two of their own to an account's states. */
export interface AccountBody {
  did: string;
  time: string;
  active: boolean;
  status?: AccountStatus | "desynchronized" | "throttled";
}

/** `#info`: something about the stream itself, e.g. `OutdatedCursor`. */
export interface InfoBody {
  name: string;
  message?: string;
}

/** The last frame before the stream closes, e.g. `FutureCursor`, `ConsumerTooSlow`. */
export interface ErrorBody {
  error: string;
  message?: string;
}

/** A message as it is read from the stream; the sequence number only exists there. */
export type StreamMessage =
  | { t: "#commit"; body: CommitBody & { seq: number; rebase: boolean; tooBig: boolean } }
  | { t: "#sync"; body: SyncBody & { seq: number } }
  | { t: "#identity"; body: IdentityBody & { seq: number } }
  | { t: "#account"; body: AccountBody & { seq: number } }
  | { t: "#info"; body: InfoBody };

/** Longest frame, in bytes (atproto specification, "sync", as the limits below). */
export const MAX_FRAME_BYTES = 5_000_000;
/** Longest CAR in a `#commit`, in bytes. */
export const MAX_COMMIT_BLOCKS_BYTES = 2_000_000;
/** Longest CAR in a `#sync`, in bytes. */
export const MAX_SYNC_BLOCKS_BYTES = 10_000;
/** Most operations in a `#commit`. */
export const MAX_COMMIT_OPS = 200;
