import type { AgentCommsKey } from "@rookery/lexicon-agent-comms";
import type { Outcome } from "@rookery/sync";
import type { KeptAlarm } from "./alarms.ts";
import type { Custody } from "./custody.ts";

/** The agent's encryption keys: made, published, rotated, taken over by their owner. Part of the agent's RPC surface. */
export interface KeysApi {
  getKeys(): Promise<Outcome<KeysView>>;
  /** New keys now. Errors: `SelfKeyed`, `TooManyKeys` (400); `KeyUnavailable` (500); those of a write. */
  rotateKeys(input: { what: "encryption" | "epoch" }): Promise<Outcome<{ key?: PublishedKey }>>;
  /** The owner holds the keys from now on. Errors: `InvalidKey` (400); those of a write. */
  takeKeys(input: TakeKeysInput): Promise<Outcome<TakenKeys>>;
  /**
   * Wrap all of the agent's keys under the current master key. `to` is its id (keys/wrap.ts), as the caller knows it.
   * Errors: `OtherMasterKey` (409) when this object has another; `KeyUnavailable` (500), and nothing was changed.
   */
  rewrapKeys(input: { to: string }): Promise<Outcome<{ rewrapped: number }>>;
  /** Addresses of the agent's key records, newest first, for others of this colony; a first one that is due is published before. */
  keyRecords(): Promise<Outcome<string[]>>;
}

/** What agent.comms.getKeys answers. */
export interface KeysView {
  custody: Custody;
  /** Newest first. */
  keys: PublishedKey[];
  alarms: KeptAlarm[];
}

/** A key that others seal to. */
export interface PublishedKey {
  uri: string;
  keyId: { $bytes: string };
  suite: string;
  /** Datetimes. */
  createdAt: string;
  expiresAt: string;
}

/** What agent.comms.takeKeys takes: the owner's key record and its record key, if it is to follow in the same step. */
export interface TakeKeysInput {
  rkey?: string;
  record?: AgentCommsKey;
}

/** Where the owner's record is now; empty when none was given. */
export interface TakenKeys {
  uri?: string;
  cid?: string;
}
