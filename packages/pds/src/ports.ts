import type { OutboxRow, Outcome } from "@rookery/sync";

/** What an agent needs of the relay. The composition root in `network` fills it with a stub. */
export interface RelayPort {
  /** Rows of one DID, in order. Answers with the highest (epoch, n) the relay now holds for that DID. */
  ingest(rows: OutboxRow[]): Promise<Outcome<{ epoch: number; n: number }>>;
  /**
   * Deliveries for `recipient` with seq > `after`, in seq order, each with the whole frame that carried it. About `limit`
   * rows: an event is never cut in two, since the recipient's cursor is a seq.
   */
  pull(input: { recipient: string; after: number; limit: number }): Promise<DeliveryRow[]>;
  /** The recipient has dealt with everything up to and including `through`. */
  acknowledge(input: { recipient: string; through: number }): Promise<void>;
}

/** One record addressed to the recipient, with the signed commit it came in. */
export interface DeliveryRow {
  seq: number;
  author: string;
  path: string;
  cid?: string;
  action: "create" | "delete";
  /** The sequenced firehose frame. */
  frame: Uint8Array;
}

/** Everything from outside that an agent is given. */
export interface AgentPorts {
  relay: RelayPort;
  /** 32 bytes; per-DID wrap keys are derived from it. */
  masterKey: Uint8Array;
  plcUrl: string;
  /** The colony's origin, e.g. `http://localhost:3000`. */
  origin: string;
  rateLimits: boolean;
  /** Delete R2 objects; keys that are not there are no error. Called from the alarm only. */
  deleteBlobs(keys: string[]): Promise<void>;
  /** Name of a fault to inject, in crash tests only. */
  fault?: string;
}
