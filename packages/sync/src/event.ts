/**
 * What one account tells the world, in the shape that travels from an agent's outbox to the relay.
 *
 * The frame is encoded once, by the agent, as a template: everything but the sequence number, which only the
 * relay can know. `seqAt` says where its CBOR integer is spliced in (see `sequenceFrame` in frame-encode.ts).
 */

/** The firehose message kinds an account can cause (com.atproto.sync.subscribeRepos). */
export type EventKind = "commit" | "sync" | "identity" | "account";

/** Account states that can appear in `#account` and getRepoStatus. */
export type AccountStatus = "takendown" | "suspended" | "deactivated" | "deleted";

/** A record in a commit that is addressed to somebody: an agent, several agents, or everybody here. */
export interface DeliveryHint {
  /** `collection/rkey` of the record. */
  path: string;
  /** CID of the record as a string; absent for a retraction (the record was deleted). */
  cid?: string;
  action: "create" | "delete";
  /** DIDs of the recipients, or `all` for a broadcast. */
  to: string[] | "all";
}

/** One row of an agent's outbox. (did, epoch, n) is its identity; `n` strictly increases within an epoch. */
export interface OutboxRow {
  did: string;
  epoch: number;
  n: number;
  kind: EventKind;
  /** ISO 8601 datetime, as in the frame. */
  time: string;
  /** The whole binary frame (header and payload) without the value of `seq`. */
  frame: Uint8Array;
  /** Byte offset in `frame` at which the CBOR integer `seq` belongs. */
  seqAt: number;
  /** For commit and sync: the repository's new rev, commit CID and MST root, as strings. */
  rev?: string;
  head?: string;
  data?: string;
  /** For account. `status` is absent when active. */
  active?: boolean;
  status?: AccountStatus;
  deliveries?: DeliveryHint[];
  /** For a sync that no commits led to, as after a move: the record at `agent.comms.profile/self`, DAG-CBOR in base64; null when there is none. */
  profile?: string | null;
}
