import type { AccountStatus, OutboxRow, Outcome } from "@rookery/sync";
import type { CrawlView } from "./crawl/crawl-api.ts";
import type { DeliveryApi } from "./delivery-api.ts";
import type { DirectoryApi } from "./directory/directory-api.ts";
import type { StreamFormat } from "./streams/listener.ts";

/** RPC surface of the Relay Durable Object. `fetch` serves com.atproto.sync.subscribeRepos (WebSocket). */
export interface RelayApi extends DeliveryApi, DirectoryApi {
  ingest(rows: OutboxRow[]): Promise<Outcome<{ epoch: number; n: number }>>;
  /** As `ingest`, of several accounts: an outcome for each, in their order. They reach the disk together. Of too many rows none is taken. */
  ingestMany(batches: OutboxRow[][]): Promise<Outcome<{ epoch: number; n: number }>[]>;
  /** What no event tells of an account that takes no part, for listRepos alone. `isHeld` is false while events of it are still to come: to be told again. */
  noteStanding(note: StandingNote): Promise<{ isHeld: boolean }>;
  /** com.atproto.sync.listRepos over the relay's rows, in a stable order; deleted accounts are left out. A malformed cursor is InvalidRequest. */
  listRepos(input: { limit: number; cursor?: string }): Promise<Outcome<RepoPage>>;
  /** The log after a seq, for an object that follows it: at most `rows` events, ending after the one that reaches `bytes`. */
  readLog(input: { after: number; rows: number; bytes: number }): Promise<LogSlice>;
  /** The colony has started: relays that are not listening, and were not asked for a while, are asked to crawl. Cheap. */
  started(): Promise<void>;
  /** For the admin: which relays crawl this colony, and what to do about it. */
  crawlers(): Promise<CrawlView>;
  /** Ask all relays to crawl, now; the answer comes when theirs have. */
  requestCrawl(): Promise<CrawlView>;
  /** For the admin: log bounds, bytes, subscribers, pending and parked deliveries. */
  stats(): Promise<RelayStats>;
}

/** How an account that takes no part stands after its event `n` (0 before its first). */
export interface StandingNote {
  did: string;
  epoch: number;
  n: number;
  /** Commit CID and rev as strings. */
  head: string;
  rev: string;
  status: AccountStatus;
}

/** A stretch of a log. Events between `after` and `prunedThrough` are gone. */
export interface LogSlice {
  /** The log went back to a backup: it never gave `after` out, and this is the last seq before it that it knows. No frames then. */
  wentBackTo?: number;
  frames: { seq: number; frame: Uint8Array }[];
  lastSeq: number;
  prunedThrough: number;
}

/** Tells an object that follows this log how far it reaches; the answer says for how long it need not be told again, in ms. */
export interface LogFollower {
  advance(input: { lastSeq: number }): Promise<{ pauseMs: number }>;
}

/** An account as listRepos shows it. */
export interface RepoRow {
  did: string;
  /** Commit CID and rev as strings. */
  head: string;
  rev: string;
  active: boolean;
  status?: string;
}

/** One page of accounts. */
export interface RepoPage {
  repos: RepoRow[];
  /** Absent on the last page. */
  cursor?: string;
}

/** Figures of a log, its readers and its deliveries, for the admin. */
export interface RelayStats {
  firstSeq: number;
  lastSeq: number;
  rows: number;
  bytes: number;
  subscribers: number;
  /** The same by what they are sent, with how many seqs the one that is furthest behind has not been sent. */
  readers: { format: StreamFormat; count: number; maxLag: number }[];
  /** Not acknowledged yet; a broadcast counts once. */
  pendingDeliveries: number;
  /** Recipients that do not answer: woken every 6 hours only. */
  parkedRecipients: number;
  /** Deliveries that their recipients gave up, kept for the admin; and how many of those had to go unseen, ever. */
  parkedDeliveries: number;
  lostParked: number;
  /** Deliveries given up because their recipient stayed away beyond retention, ever. */
  expiredDeliveries: number;
}

/** What the relay needs of agents. The composition root fills it. */
export interface AgentWaker {
  /** Tell a local recipient that deliveries wait; must not throw. */
  wake(did: string, seq: number): Promise<void>;
}

/** Settings of the log window. */
export interface RelayLimits {
  /** Default 72 hours. */
  maxAgeMs: number;
  /** Default 1 GB. */
  maxBytes: number;
  /** Bytes a subscriber may leave unread in its socket: more waits in the log, and a full buffer that does not move is ConsumerTooSlow. */
  maxBufferedBytes: number;
  /**
   * Say `#info` to readers of the firehose and of subscribeEvents this often, in milliseconds; 0 or absent: never. Some clients take 5 s of silence for a dead
   * connection. It costs: the object stays awake, and is billed, as long as anybody reads.
   */
  heartbeatMs?: number;
  /** The window is checked this often at most, in milliseconds; a minute when absent. */
  pruneIntervalMs?: number;
}
