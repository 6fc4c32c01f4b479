import type { Embedder } from "@rookery/memory";
import type { AccountStatus, OutboxRow, Outcome } from "@rookery/sync";
import type { DirectoryPort } from "./identity/directory-port.ts";
import type { MasterKey } from "./keys/wrap.ts";
import type { Policy } from "./reach/reach-api.ts";

/** Where an agent's events go. The composition root in `network` fills it with a stub. */
export interface RelayPort {
  /** Rows of one DID, in order. Answers with the highest (epoch, n) the relay now holds for that DID. */
  ingest(rows: OutboxRow[]): Promise<Outcome<{ epoch: number; n: number }>>;
  /** How an account that takes no part stands after its event `n`, where no event says it. To be told again while it is not held. */
  noteStanding(note: StandingNote): Promise<{ isHeld: boolean }>;
}

/** See {@link RelayPort.noteStanding}; `n` is 0 before the account's first event. */
export interface StandingNote {
  did: string;
  epoch: number;
  n: number;
  /** Commit CID and rev as strings. */
  head: string;
  rev: string;
  status: AccountStatus;
}

/** Relays that hold deliveries: the colony's own for those of its agents, and the network's for everybody elsewhere. */
export type SourceName = "colony" | "network";

/** What an agent needs of a relay that holds deliveries for it. */
export interface DeliveryPort {
  /**
   * Deliveries for `recipient` with seq > `after`, in seq order, each with its evidence. About `limit` rows: an event is never
   * cut in two, since the recipient's cursor is a seq. With `again`, what the admin wants tried once more comes first, by itself.
   * With `through`, everything up to and including it is acknowledged first: a call fewer for each message.
   */
  pull(input: { recipient: string; after: number; limit: number; again?: boolean; through?: number }): Promise<DeliveryRow[]>;
  /** The recipient has dealt with everything up to and including `through`. */
  acknowledge(input: { recipient: string; through: number }): Promise<void>;
  /** The recipient gives a delivery up; the relay keeps it for the admin. Said before it is acknowledged. Idempotent. */
  park(input: { recipient: string; seq: number; path: string; reason: string; tries: number }): Promise<void>;
  /** A delivery that came again has been dealt with. Idempotent. */
  unpark(input: { recipient: string; seq: number; path: string }): Promise<void>;
}

/** One record addressed to the recipient, with what proves it. */
export interface DeliveryRow {
  seq: number;
  author: string;
  path: string;
  cid?: string;
  action: "create" | "delete";
  /** The sequenced firehose frame of the commit that did it; empty when there is a `proof`. */
  frame: Uint8Array;
  /** CAR of com.atproto.sync.getRecord: that the record is there, or that nothing is. */
  proof?: Uint8Array;
  /** It was given up before: answered by `park` or `unpark`. */
  again?: boolean;
}

/** A record of somebody's repository, down from its signature. */
export interface ProvenRecord {
  /** at-uri, by DID. */
  uri: string;
  cid: string;
  /** In JSON form. */
  value: Record<string, unknown>;
}

/** Other agents' repositories, here or elsewhere. */
export interface RecordsPort {
  /** Addresses of somebody's key records (agent.comms.key), newest first, as their host says: hints, nothing more. @throws Error when it cannot be asked. */
  keysOf(did: string): Promise<string[]>;
  /** A record, proven by its author's signature; undefined when proven absent. @throws Error when that cannot be told now. */
  prove(uri: string): Promise<ProvenRecord | undefined>;
  /**
   * CAR of com.atproto.sync.getRecord that shows what is at a place, or that nothing is, as the author's host gives it now: not
   * verified. Undefined when there is none to be had. @throws Error when the host cannot be asked now.
   */
  proof(uri: string): Promise<Uint8Array | undefined>;
}

/** What the colony's registry keeps of an agent, for lists and the door. */
export interface StandingCopy {
  did: string;
  handle: string;
  /** Null when it takes part. */
  status: AccountStatus | null;
  /** ISO datetime; null when activated. */
  deactivatedAt: string | null;
}

/** The registry of the colony, as far as an agent tells it something. */
export interface RegistryPort {
  /** How the agent stands now. Told until it is taken; repeats are harmless. @throws Error when it cannot be taken now. */
  noteStanding(copy: StandingCopy): Promise<void>;
  /** Give the account this mail address, in small letters; again is harmless. Errors: InvalidRequest (400) when it is another's. */
  holdEmail(did: string, email: string): Promise<Outcome<null>>;
  /** Hash of the one token that is good for a new password of this account: whoever comes with it says nothing else. */
  noteReset(did: string, hash: string): Promise<void>;
}

/** How an agent looks up DIDs. */
export type DidPorts = Pick<AgentPorts, "plcUrl" | "outside">;

/** What deliveries are judged with. */
export type EvidencePorts = DidPorts & Pick<AgentPorts, "records">;

/** Everything from outside that an agent is given. */
export interface AgentPorts {
  relay: RelayPort;
  registry: RegistryPort;
  directory: DirectoryPort;
  sources: { colony: DeliveryPort; network?: DeliveryPort };
  records: RecordsPort;
  /** Per-DID wrap keys are derived from it. */
  masterKey: MasterKey;
  plcUrl: string;
  /** The way to addresses that strangers chose (hosts of `did:web`, webhooks), which ends at none inside; the global `fetch` when absent. */
  outside?: typeof fetch;
  /** The colony's origin, e.g. `http://localhost:3000`. */
  origin: string;
  rateLimits: boolean;
  /** Delete R2 objects; keys that are not there are no error. Called from the alarm only. */
  deleteBlobs(keys: string[]): Promise<void>;
  /** What the colony says of who reaches its agents, where they do not say themselves. */
  inboxPolicy?: Policy;
  /** What makes vectors of memories; the offline one when absent. */
  embedder?: Embedder;
  /** Name of a fault to inject, in crash tests only. */
  fault?: string;
}
