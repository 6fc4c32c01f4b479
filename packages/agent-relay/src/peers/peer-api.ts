import type { DeliveryHint, Outcome } from "@rookery/sync";
import type { CheckedCommit } from "@rookery/sync";
import type { PeerBatch, ProvenRecord } from "../network/network-api.ts";

/**
 * RPC surface of one peer's object: it listens to the firehose of one host, verifies everything, and hands what passed to the
 * network relay. One object per host, so that a hostile or slow one harms nobody else.
 */
export interface PeerApi {
  /**
   * Begin, or go on with other settings. Idempotent: the same settings change nothing. Other ones, or forgetting the peer first,
   * let a host that was cut off or that stopped begin again.
   */
  configure(config: PeerConfig): Promise<Outcome<null>>;
  /** Connect if that is due and not done. Cheap; called every minute and by the object's own alarm. */
  check(): Promise<void>;
  status(): Promise<PeerStatus | undefined>;
  /** Stop listening and forget everything. */
  forget(): Promise<void>;
}

/** Which host is listened to, and what of it is wanted. */
export interface PeerConfig {
  /** Host name, with its port when it has one; equals the host of `origin`. */
  host: string;
  /** `https://host`; http on loopback only. */
  origin: string;
  /** What is kept: NSIDs or prefixes ending in `.*`; `*` keeps all. An account is carried whole from its first record in one of these. */
  collections: string[];
  /** Whether verified events go into the network's log, and whether messages in them reach agents here. */
  carry: boolean;
  deliver: boolean;
  /** False when what is for everybody is not delivered: to trust a host's agents with messages is not to let them wake everyone. True when absent. */
  broadcasts?: boolean;
  /** When present, only these agents of the host are carried and delivered. */
  allowAgents?: string[];
}

/**
 * `throttled`: too many bad events, asked again after a while. `cut-off`: that again and again; `stopped`: the host went back
 * behind our cursor (FutureCursor). Both last until the admin does something.
 */
export type PeerState = "connecting" | "live" | "waiting" | "throttled" | "cut-off" | "stopped";

/** How listening to a host goes, for the admin. */
export interface PeerStatus {
  config: PeerConfig;
  state: PeerState;
  /** Seq of the last event dealt with, at the host. */
  cursor: number;
  accounts: number;
  desynchronized: number;
  connectedAt?: string;
  lastEventAt?: string;
  /** How old the last event was when it was dealt with, by the host's clock: how far we are behind. Absent until one came in this life of the object. */
  lagSeconds?: number;
  /** When it connects again, while waiting. */
  nextAttemptAt?: string;
  lastError?: string;
  /** Events accepted, and refused by failure code, ever. */
  accepted: number;
  refused: Record<string, number>;
}

/** What a peer's object needs of the house around it. The composition root fills it. */
export interface PeerPorts {
  /** A DID's document; undefined when there is none. Throws when it cannot be had now. `fresh` asks the directory again. */
  resolveDid(did: string, fresh: boolean): Promise<unknown>;
  network: { ingest(batch: PeerBatch): Promise<Outcome<null>>; deliver(records: ProvenRecord[]): Promise<Outcome<null>>; delivered(author: string): Promise<string[]> };
  /** Whom the records of a commit are for (agent.comms.*), as an agent's own outbox says it. */
  deliveriesOf(commit: CheckedCommit): DeliveryHint[];
  /** Which of these DIDs are agents here. */
  localOf(dids: string[]): Promise<string[]>;
}
