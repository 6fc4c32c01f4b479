import type { AccountStatus, DeliveryHint, Outcome, OutboxRow } from "@rookery/sync";
import type { DeliveryApi } from "../delivery-api.ts";
import type { DirectoryApi, SeenProfile } from "../directory/directory-api.ts";
import type { RelayApi, RelayStats, RepoPage } from "../relay-api.ts";

/**
 * RPC surface of the network relay: the one object that carries the colony's own accounts and those of verified peers, in a
 * seq space of its own. `fetch` serves its streams. It trusts its callers: everything that comes in was verified before, by
 * the colony's relay or by a peer's object.
 */
export interface NetworkApi extends DeliveryApi, DirectoryApi {
  /** Verified events of one peer host, of any number of accounts, each account's in order. Repeats are left out. */
  ingest(batch: PeerBatch): Promise<Outcome<null>>;
  /** Verified records of hosts that are no peers, each with its proof. What waits already is left out; recipients leave out what they have. */
  deliver(records: ProvenRecord[]): Promise<Outcome<null>>;
  /** Paths of an author's records that were delivered here and not taken back, as far as that is remembered. For authors that live elsewhere. */
  delivered(author: string): Promise<string[]>;
  /** The colony's relay has events up to `lastSeq`; the answer says for how long it need not be told again, in ms. */
  advance(input: { lastSeq: number }): Promise<{ pauseMs: number }>;

  listRepos(input: { limit: number; cursor?: string }): Promise<Outcome<RepoPage>>;
  /** What is known of one account; undefined when nothing is. */
  repo(did: string): Promise<CarriedRepo | undefined>;
  /** Accounts that have records in a collection, in a stable order. */
  listReposByCollection(input: { collection: string; limit: number; cursor?: string }): Promise<Outcome<{ repos: { did: string }[]; cursor?: string }>>;
  /** What is carried of these hosts; the empty name is the colony's own. Those of which nothing was heard are left out. */
  hosts(names: string[]): Promise<HostSummary[]>;
  /** Remove a host that is no longer a peer, and its accounts, from listRepos. Its events leave with the window. With `keep`, only those of its accounts that are not among these. */
  forgetHost(host: string, keep?: string[]): Promise<void>;
  /** Accounts that have a profile which was not seen, since commits of theirs were missed; at most `limit`, any. */
  doubtfulProfiles(limit: number): Promise<{ did: string; host: string }[]>;
  /** Somebody looked at such a profile. */
  settleProfile(seen: SeenProfile): Promise<void>;
  stats(): Promise<NetworkStats>;
}

/** What the network's relay needs of the house around it. The composition root fills it. */
export interface NetworkPorts {
  colony: Pick<RelayApi, "readLog" | "listRepos">;
  /** Where an account of this colony stands, from its own object: for the day that events of it were missed. A status below 500 says that there is no such account. */
  standing(did: string): Promise<Outcome<AccountStanding>>;
}

/** Where an own account stands, as its agent says. */
export type AccountStanding = InactiveStanding | ActiveStanding;

/** It takes no part, and why. */
export interface InactiveStanding {
  active: false;
  status: AccountStatus;
}

/** It takes part, and its repository is at this commit. */
export interface ActiveStanding {
  active: true;
  handle: string;
  /** CID of the commit, and its rev. */
  head: string;
  rev: string;
  /** CAR with the commit alone, as `#sync` has it. */
  commitCar: Uint8Array;
}

/** Figures of the relay view, for the admin. */
export interface NetworkStats extends RelayStats {
  /** How far the colony's log was followed. */
  followedThrough: number;
  /** Why it could not be followed the last time, if so. */
  followError?: string;
}

/** One host as listHosts shows it. */
export interface HostSummary {
  /** Host name, with its port when it has one; empty for the colony's own. */
  host: string;
  /** Accounts that are carried. */
  accounts: number;
  /** Seq that its last event had there. */
  seq: number;
  lastEventAt?: string;
}

/** Verified events on their way from a peer's object into the network's log. */
export interface PeerBatch {
  /** Host name, with its port when it has one, as in `requestCrawl`. */
  host: string;
  /**
   * `n` increases with the seq that the event had at its host (peers/position.ts), and `epoch` is 0, or higher by one whenever
   * the host's seqs started anew. Each account's rows are in order. Frames are templates without seq.
   */
  rows: CarriedRow[];
  /** Highest seq of the host among them; absent when none of them is the host's own word. */
  seq?: number;
}

/** A hint of a delete may leave `to` empty: whoever got the record is told that it was taken back. */
export interface CarriedRow extends OutboxRow {
  /** Collections this commit creates or updates records in. */
  collections?: string[];
  /** Whether the event goes into the log; a commit that only delivers is false. Every row advances what is known of its account. */
  carry: boolean;
}

/** One record of an author whose host is no peer, proven by a CAR from that host (com.atproto.sync.getRecord). */
export interface ProvenRecord {
  author: string;
  hint: DeliveryHint;
  rev: string;
  proof: Uint8Array;
}

/** An account as the relay view carries it. */
export interface CarriedRepo {
  did: string;
  /** Host name; empty for the colony's own. */
  host: string;
  head?: string;
  rev?: string;
  active: boolean;
  status?: string;
}
