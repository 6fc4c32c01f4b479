import type { Outcome } from "@rookery/sync";
import type { ProvenRecord } from "../network/network-api.ts";

/**
 * RPC surface of the object that listens to a common relay or Jetstream: a stream of hosts that are no peers. It takes only
 * what is addressed to agents here, and believes nothing: every record is proven by its author's own host.
 */
export interface UpstreamApi {
  configure(config: UpstreamConfig): Promise<Outcome<null>>;
  check(): Promise<void>;
  status(): Promise<UpstreamStatus | undefined>;
  forget(): Promise<void>;
}

export interface UpstreamConfig {
  kind: "relay" | "jetstream";
  /** WebSocket URL of the stream, with path and without parameters. */
  url: string;
  /** When present, only these authors are heard. */
  allowAgents?: string[];
}

export interface UpstreamStatus {
  config: UpstreamConfig;
  state: "connecting" | "live" | "waiting" | "stopped";
  cursor: number;
  connectedAt?: string;
  lastEventAt?: string;
  nextAttemptAt?: string;
  lastError?: string;
  /** Events looked at, records that named somebody here, records delivered, and refused by reason, ever. */
  seen: number;
  matched: number;
  delivered: number;
  refused: Record<string, number>;
}

export interface UpstreamPorts {
  resolveDid(did: string, fresh: boolean): Promise<unknown>;
  /** Whether an account lives here. */
  isLocal(did: string): Promise<boolean>;
  /** Whom a record in an `agent.comms.*` collection is for; null when it is malformed or for nobody. */
  recipientsOf(collection: string, record: unknown): string[] | "all" | null;
  /** Whether messages of this author, on this host, may be delivered here by the colony's policy. */
  mayDeliver(author: string, host: string): Promise<boolean>;
  network: { deliver(records: ProvenRecord[]): Promise<Outcome<null>> };
}
