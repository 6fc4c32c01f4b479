/**
 * Jetstream messages as JSON (bluesky-social/jetstream, "/subscribe"): one per record changed, per identity or account event.
 * `time_us` is microseconds since 1970, unique and strictly increasing within one stream, and its cursor.
 */
export type JetstreamEvent =
  | { did: string; time_us: number; kind: "commit"; commit: JetstreamCommit | JetstreamRev }
  | { did: string; time_us: number; kind: "identity"; identity: { did: string; handle: string; seq: number; time: string } }
  | { did: string; time_us: number; kind: "account"; account: { active: boolean; did: string; seq: number; status?: string; time: string } }
  /** Only for readers who asked for it by `kinds`. */
  | { did: string; time_us: number; kind: "sync"; sync: JetstreamSync };

/** A record that was created, updated or deleted. */
export interface JetstreamCommit {
  rev: string;
  operation: "create" | "update" | "delete";
  collection: string;
  rkey: string;
  /** The record in the JSON form of the data model, and its CID; absent when deleted. */
  record?: unknown;
  cid?: string;
  /** Rev of the account's commit before; null for its first. Only for readers who asked for it by `prevRev`. */
  prevRev?: string | null;
}

/** A commit of which the reader gets no record, told so that its chain of revs has no hole (`prevRev`). */
export interface JetstreamRev {
  rev: string;
  prevRev: string | null;
}

/** `#sync` as the firehose has it: where a repository stands now, whatever was said before. */
export interface JetstreamSync {
  did: string;
  seq: number;
  rev: string;
  time: string;
  /** CAR with the commit block alone. */
  blocks: { $bytes: string };
}

/** What `handle` says when an identity event has none: consumers require the field. */
export const UNKNOWN_HANDLE = "handle.invalid";

/** NSID of the newer stream (bluesky-social/jetstream, lexicons/network/bsky/jetstream/subscribeEvents.json). */
export const SUBSCRIBE_EVENTS = "network.bsky.jetstream.subscribeEvents";
