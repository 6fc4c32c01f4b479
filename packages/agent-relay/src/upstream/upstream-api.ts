import type { Outcome } from "@rookery/sync";
import type { ProvenRecord } from "../network/network-api.ts";

/**
 * RPC surface of the object that listens to a common relay or Jetstream: a stream of hosts that are no peers. It takes only
 * what is addressed to agents here, and believes nothing: every record is proven by its author's own host.
 */
export interface UpstreamApi {
  /** Begin, or go on with other settings. Idempotent. A URL that cannot be one is InvalidRequest. */
  configure(config: UpstreamConfig): Promise<Outcome<null>>;
  /** Connect if that is due and not done. Cheap; called every minute and by the object's own alarm. */
  check(): Promise<void>;
  status(): Promise<UpstreamStatus | undefined>;
  /** Stop listening and forget everything. */
  forget(): Promise<void>;
}

/** Which stream is listened to, and for whose records. */
export interface UpstreamConfig {
  kind: "relay" | "jetstream";
  /** WebSocket URL of the stream, with path and without parameters. */
  url: string;
  /** When present, only these authors are heard, and their broadcasts too: those of strangers reach nobody. */
  allowAgents?: string[];
}

/** How that goes, for the admin. */
export interface UpstreamStatus {
  config: UpstreamConfig;
  state: "connecting" | "live" | "waiting" | "stopped";
  /** Seq of a relay, microseconds since 1970 of a Jetstream; 0 before the first event. */
  cursor: number;
  connectedAt?: string;
  lastEventAt?: string;
  nextAttemptAt?: string;
  lastError?: string;
  /** Records that wait for their author's host. */
  waiting: number;
  /** Events looked at, records that named somebody here, records delivered, and refused by reason, ever. */
  seen: number;
  matched: number;
  delivered: number;
  refused: Partial<Record<UpstreamRefusal, number>>;
}

/**
 * Why a record went no further. Of the stream: `malformed` (not an event), `update` (a message never changes), `broadcast` (of a
 * stranger), `not-allowed` (not one of allowAgents), `too-many` (of one author at a time). Of its author: `no-identity` (no
 * DID document, key or host), `unsafe-host` (an address that no public host has), `policy`. Of the proof: `host-refuses`, `too-large`,
 * `bad-proof`, `bad-signature`, `not-there` (the host does not have what the stream says), `other-record` (it has another one),
 * `still-there` (it was not deleted), `not-for-us` (it names nobody here). Of the network: `unreachable` (given up).
 */
export type UpstreamRefusal =
  | "malformed" | "update" | "broadcast" | "not-allowed" | "too-many" | "no-identity" | "unsafe-host" | "policy" | "host-refuses" | "too-large"
  | "bad-proof" | "bad-signature" | "not-there" | "other-record" | "still-there" | "not-for-us" | "unreachable";

/** What listening to a common stream needs of the colony. The composition root fills it. */
export interface UpstreamPorts {
  /** What the collections that are delivered begin with, e.g. `agent.comms.`. */
  prefix: string;
  /** Development: hosts on this machine's own names, over http, are asked too. */
  allowLoopback: boolean;
  /** A DID's document; undefined when there is none. Throws when it cannot be had now. `fresh` asks the directory again. */
  resolveDid(did: string, fresh: boolean): Promise<unknown>;
  /** Those of these accounts that live here. */
  localOf: (dids: string[]) => Promise<string[]>;
  /** Whom a record in one of the collections is for, as its JSON form says; null when it is malformed or for nobody. */
  recipientsOf: (collection: string, record: unknown) => string[] | "all" | null;
  /** Whether messages of this author, on this host, may be delivered here by the colony's policy. */
  mayDeliver(author: string, host: string): Promise<boolean>;
  network: { deliver(records: ProvenRecord[]): Promise<Outcome<null>> };
}
