import type { Outcome } from "@rookery/sync";

/** What a relay answers about deliveries: to the recipients that pull them, and to the admin. Both relays do. */
export interface DeliveryApi {
  /**
   * What waits for `recipient` after `after`, in order. With `again`, what the admin wants tried once more comes first, by itself, marked `again`.
   * With `through`, everything up to and including it is acknowledged first.
   */
  pull(input: { recipient: string; after: number; limit: number; again?: boolean; through?: number }): Promise<PulledDelivery[]>;
  /** The recipient has dealt with everything up to and including `through`. */
  acknowledge(input: { recipient: string; through: number }): Promise<void>;
  /** The recipient gives a delivery up: it is kept for the admin, with the reason. Told before it is acknowledged. Idempotent. */
  park(input: ParkedByRecipient): Promise<void>;
  /** A delivery that was tried again has been dealt with. Idempotent. */
  unpark(input: { recipient: string; seq: number; path: string }): Promise<void>;

  /** Deliveries in a state, oldest first. A malformed cursor or limit is InvalidRequest. */
  listDeliveries(input: DeliveryQuery): Promise<Outcome<DeliveryPage>>;
  /** Recipients that many wakes did not move, by age. */
  listSilent(input: { recipient?: string; limit: number }): Promise<SilentRecipient[]>;
  /** Have parked deliveries tried again, and silent recipients woken now. How many of each. */
  retryDeliveries(selection: DeliverySelection): Promise<{ deliveries: number; recipients: number }>;
  /** Forget parked deliveries for good. How many. */
  dropDeliveries(selection: DeliverySelection): Promise<{ deliveries: number }>;
}

/** A delivery as its recipient pulls it, with what proves it. */
export interface PulledDelivery {
  seq: number;
  author: string;
  path: string;
  cid?: string;
  action: "create" | "delete";
  /** The signed commit that did it, as a firehose frame; empty when `proof` says it. */
  frame: Uint8Array;
  /** For an author whose host is no peer: a CAR that proves the record (com.atproto.sync.getRecord). */
  proof?: Uint8Array;
  /** Parked before: to be answered by `park` or `unpark`, whatever was acknowledged. */
  again?: boolean;
}

/** A delivery that its recipient gave up, and why. */
export interface ParkedByRecipient {
  recipient: string;
  seq: number;
  path: string;
  reason: string;
  tries: number;
}

/** One parked delivery, all of one recipient, or all. */
export type DeliverySelection = { recipient: string; seq: number; path: string } | { all: true; recipient?: string };

/** What the admin asks to be listed. */
export interface DeliveryQuery {
  state: "parked" | "pending";
  recipient?: string;
  limit: number;
  /** Opaque: from the page before. */
  cursor?: string;
}

/** One page of that. */
export interface DeliveryPage {
  deliveries: ListedDelivery[];
  /** Absent on the last page. */
  cursor?: string;
}

/** A delivery as the admin sees it: everything but what it says. */
export interface ListedDelivery {
  /** Absent for a broadcast that waits: it is for everybody here. */
  recipient?: string;
  author: string;
  /** `collection/rkey` in the author's repository. */
  path: string;
  cid?: string;
  action: "create" | "delete";
  seq: number;
  /** Parked ones only: what the recipient said, after how many tries, and when. */
  parked?: { reason: string; tries: number; at: string; again: boolean };
}

/** A recipient that is woken and does not answer. */
export interface SilentRecipient {
  recipient: string;
  /** Wakes since it last acknowledged anything. */
  wakes: number;
  nextWakeAt: string;
}
