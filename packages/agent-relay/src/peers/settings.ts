/** Tunables of listening to a peer, each with its reason. Times in milliseconds. */
import { MAX_FRAME_BYTES } from "@rookery/sync";
import type { BackoffLimits } from "./backoff.ts";
import type { ConnectionLimits } from "./connection.ts";

/** Bounds of one peer; an object's subclass may set others. */
export interface PeerLimits {
  connection: ConnectionLimits;
  reconnect: BackoffLimits;
  /** Accounts of the host that are followed; further ones are refused (`AccountLimit`), as the network's relays do. */
  maxAccounts: number;
  /** Events taken in the long run, per second, and how many may come at once. */
  eventsPerSecond: number;
  eventBurst: number;
  standing: StandingLimits;
  resync: ResyncLimits;
}

/** When a host that sends bad events is left alone (standing.ts). */
export interface StandingLimits {
  /** Offences are counted over this time. */
  windowMs: number;
  /** So many in a window, and at least this share of all events in it, and the host is throttled. */
  offences: number;
  share: number;
  /** At most so many of one account count, and it is not looked into after them: a few broken accounts are not their host's end. */
  perAccount: number;
  /** A throttled host is asked again after this. */
  throttleMs: number;
  /** The so-maniest throttling within the time below cuts the host off. */
  strikes: number;
  strikeMs: number;
}

/** How a repository whose chain broke is fetched again. */
export interface ResyncLimits {
  retry: BackoffLimits;
  /** Pause between two repositories of one host. */
  gapMs: number;
  /** Longest that one may take. */
  timeoutMs: number;
  /** Largest CAR, and what of it may be kept in memory while it is checked (tree nodes and CIDs of records). */
  maxBytes: number;
  maxKeptBytes: number;
  /** How long an account may take to show by its next commit that it missed nothing, before it is asked for its latest commit. */
  suspicionMs: number;
  /**
   * Patience with answers that do not fit, each kind counted by itself (failures.ts): so often for an account that lives elsewhere; so
   * often for a message that the host does not prove, and twice as often where it fails to answer, before its account is mended without it.
   */
  missedTries: number;
}

export const PEER_LIMITS: PeerLimits = {
  connection: {
    maxMessageBytes: MAX_FRAME_BYTES,
    // Three of the largest frames; objects share an isolate of 128 MB.
    maxQueuedBytes: 16_000_000,
    maxQueuedMessages: 20_000,
    connectTimeoutMs: 10_000,
    // A dead connection is noticed within it; a silent host answers one request every two minutes.
    idleMs: 120_000,
  },
  reconnect: { firstMs: 1_000, maxMs: 5 * 60_000 },
  maxAccounts: 100_000,
  // The network's relays take 50/s of hosts they do not know and 5,000/s of trusted ones; peers were chosen by an admin.
  eventsPerSecond: 5_000,
  eventBurst: 50_000,
  standing: { windowMs: 10 * 60_000, offences: 500, share: 0.05, perAccount: 10, throttleMs: 10 * 60_000, strikes: 3, strikeMs: 24 * 3_600_000 },
  resync: {
    retry: { firstMs: 10_000, maxMs: 6 * 3_600_000 },
    gapMs: 200,
    timeoutMs: 120_000,
    maxBytes: 500_000_000,
    maxKeptBytes: 32_000_000,
    suspicionMs: 60_000,
    missedTries: 6,
  },
};

/** Events checked and handed on together: enough that calls and transactions cost little, few enough that a turn takes a fraction of a second. */
export const TURN_EVENTS = 256;
/** Decoded blocks of a whole turn are in memory at once. */
export const TURN_BYTES = 4_000_000;

/** Pause after a turn that was not full, so that the next one holds what comes meanwhile; the first event after a silence does not wait. */
export const COALESCE_MS = 10;

/** Rows of accounts kept in memory (about 600 bytes each). */
export const ACCOUNT_CACHE_SIZE = 5_000;

/** Events of accounts that wait for their resync: in all, per account, and bytes. Beyond, an account's are dropped and it is resynced once more. */
export const MAX_HELD_EVENTS = 2_000;
export const MAX_HELD_PER_ACCOUNT = 500;
export const MAX_HELD_BYTES = 4_000_000;

/** While a socket is open: in production it goes after 15 minutes at most, and whoever watches must not sleep longer than this. */
export const WATCHDOG_MS = 30_000;

/** `#identity` events of one account that are passed on in a minute: each makes every reader resolve it again. */
export const IDENTITY_EVENTS_PER_MINUTE = 10;

/** Accounts on one page of a host's listRepos (its lexicon's limit). */
export const SWEEP_PAGE = 1_000;

/**
 * DID documents that one host may make us ask for, in the long run and at once; beyond, it waits. The directory of did:plc serves
 * everybody, and a host names whom it likes.
 */
export const LOOKUPS_PER_SECOND = 100;
export const LOOKUP_BURST = 1_000;

/** Characters of a host's words kept as lastError. */
export const MAX_ERROR_CHARS = 300;

/** Pages of listRepos in one comparison: ten times as many accounts as a host may have here. */
export const MAX_SWEEP_PAGES = 1_000;

/** Tries of an account of which nothing was ever believed that fail because its host or the directory cannot be asked: two days. */
export const UNSEEN_TRIES = 20;

/** Times that one repository is mended in a quarter of an hour. An account that breaks more often waits. */
export const RESYNCS_PER_QUARTER = 5;

/** After a resync failed for reasons of our own. */
export const RESYNC_RETRY_MS = 30_000;

/**
 * Records of one account to agents here that are asked for after its commits were missed, each by itself: a week at two a minute.
 * Beyond that the newest are, which is said in the log.
 */
export const MAX_MISSED_RECORDS = 20_000;
/** Of what was delivered before and is gone, how much is asked for: each absence is a request. */
export const MAX_MISSED_GONE = 5_000;
/**
 * Records of one repository that are remembered until it is read to its end, in bytes of memory: what each takes without its
 * recipients, of which a record may name many, and all of them. From half of it on those are left out that say to be older.
 */
export const SEEN_RECORD_BYTES = 200;
export const MAX_SEEN_BYTES = 24_000_000;
/** Places in the tree where such records are found: one record may be at many. */
export const MAX_FOUND_PATHS = 100_000;
/** How far an author's clock may be wrong where a record's own time says when it was made. */
export const MISSED_MARGIN_MS = 24 * 3_600_000;
/** How long before the last event of a host that came what it says of accounts that are not known may have been missed: we may have been behind. */
export const HOLE_MARGIN_MS = 24 * 3_600_000;
/** Proofs handed on together (RPC carries 32 MiB), and asked for at a time: the way there and back is most of what one takes. */
export const MAX_MISSED_BYTES = 4_000_000;
export const PROOFS_AT_A_TIME = 8;
/** How long a host is left alone that answers 429, within what it says itself, and how often for one record: an hour and a half in all. */
export const MIN_BUSY_MS = 1_000;
export const MAX_BUSY_MS = 5 * 60_000;
export const MAX_BUSY_WAITS = 20;
/** So many failures in a row, none of them about a record, and the host is down. */
export const MAX_FAILED_IN_A_ROW = 16;
