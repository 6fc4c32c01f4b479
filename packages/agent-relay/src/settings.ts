/** Tunables of the relay, each with its reason. What an operator sets is RelayLimits (relay-api.ts). */
import type { RelayLimits } from "./relay-api.ts";

/** Limits when nobody sets others: the replay window that the network's relay offers, and a cap for one object's disk (10 GB). */
export const DEFAULT_LIMITS: RelayLimits = {
  maxAgeMs: 72 * 3_600_000,
  maxBytes: 1_000_000_000,
  // Frames wait in the isolate's memory (128 MB for all objects in it): 2 MB each is what ten stuck readers may cost.
  maxBufferedBytes: 2_000_000,
};

/** Largest BLOB put in one row. SQLite in production refuses rows above 2 MB; the rest of a row is small. */
export const MAX_ROW_BLOB_BYTES = 1_900_000;

/** Rows of one ingest: an outbox batch is far below; 32 MiB is the RPC limit. */
export const MAX_INGEST_ROWS = 1_000;

/** Accounts whose row is kept in memory (about 400 bytes each). */
export const REPO_CACHE_SIZE = 5_000;

/** Accounts on one page of listRepos, as its lexicon has it. */
export const MAX_LIST_REPOS = 1_000;

/** Deletions per transaction when pruning or purging: a slice of a few milliseconds between events. */
export const DELETE_SLICE_ROWS = 256;

/** A log above its size is cut to this part of it, so that one alarm makes room for many events. */
export const PRUNE_TO = 0.95;

/** The window is checked this often at most; being a minute late with 72 hours harms nobody. */
export const PRUNE_INTERVAL_MS = 60_000;

/** Gaps between seqs that are remembered: one for each start with events since the one before, as long as they are in the window. */
export const MAX_SEQ_GAPS = 10_000;

/** Bytes in the log are persisted every so many events; a wake-up sums at most that many rows. */
export const CHECKPOINT_EVENTS = 256;

/**
 * A delivery whose recipient stays away outlives the log window: its frame is kept aside until acknowledged, at most this
 * long and at most this many bytes in all. At either bound the oldest go, unread: counted in stats().expiredDeliveries and logged.
 */
export const DELIVERY_RETENTION_MS = 30 * 24 * 3_600_000;
export const DELIVERY_RETENTION_BYTES = 250_000_000;

/** Kept frames are looked through this often: it sums their sizes. */
export const RETENTION_INTERVAL_MS = 3_600_000;

/** Deliveries given out in one pull: rows, and bytes of frames (RPC carries 32 MiB). */
export const MAX_PULL_ROWS = 100;
export const MAX_PULL_BYTES = 8_000_000;

/** Parked deliveries kept for the admin (about 300 bytes each, beside their frames); then the oldest go, counted. */
export const MAX_PARKED = 10_000;
/** Letters of a recipient's reason that are kept. */
export const MAX_PARKED_REASON = 1_000;
/** Deliveries on one page of the admin's list. */
export const MAX_LISTED_DELIVERIES = 500;

/** Records of accounts elsewhere whose recipients are remembered (about 200 bytes each), to tell them of a retraction. */
export const MAX_SENT = 100_000;

/** Letters to accounts that are not known here, remembered in case they are about to be (about 300 bytes each); and for how long: an outbox tries again every five minutes. */
export const MAX_UNCLAIMED = 5_000;
export const UNCLAIMED_MS = 10 * 60_000;

/** Of one author, those that are looked at after commits of his were missed: as many as may be missed, and some; and their characters (RPC carries 32 MiB). */
export const MAX_DELIVERED_PATHS = 25_000;
export const MAX_DELIVERED_CHARS = 8_000_000;

/** Largest proof of one record: the record's own limit is 1 MB, and nodes of a tree on one path are far below the rest. */
export const MAX_PROOF_BYTES = 2_000_000;
/** Proven records taken in one call. */
export const MAX_PROVEN_RECORDS = 100;

/** First re-wake of a recipient that has not acknowledged; doubles with each try up to the longest pause. */
export const WAKE_RETRY_MS = 5_000;
export const WAKE_RETRY_MAX_MS = 3_600_000;
/** After so many wakes without an acknowledgement (about 3 hours) a recipient counts as parked and is woken every 6 hours. */
export const WAKE_TRIES_BEFORE_PARKING = 12;
export const WAKE_PARKED_MS = 6 * 3_600_000;
/** Recipients woken at the same moment: each may pull megabytes. */
export const WAKE_CONCURRENCY = 16;

/** A wake that takes longer goes on by itself, and the next recipients get their turn. */
export const WAKE_PATIENCE_MS = 10_000;

/** Sockets of the firehose; a Durable Object carries 32,768, fan-out to 1,000 costs 16 ms an event. */
export const MAX_SUBSCRIBERS = 5_000;
/** Of one network address, so that nobody takes all the places: an office has fewer, and the largest consumers a handful. */
export const MAX_SUBSCRIBERS_PER_ADDRESS = 200;
/** Of one network address, those that were told to go and have not answered: each may hold a full buffer, and nobody can be made to close. */
export const MAX_CLOSING_PER_ADDRESS = 20;

/** Rows and bytes sent to one backfilling subscriber before the next one and waiting requests get their turn. */
export const PUMP_SLICE_ROWS = 512;
export const PUMP_SLICE_BYTES = 512_000;
/** Pause of the pump when every reader's buffer is full; doubles while nobody reads. */
export const PUMP_IDLE_MS = 10;
export const PUMP_IDLE_MAX_MS = 500;

/** Bytes sent by the pump in one turn, over all readers: a few milliseconds during which events wait. */
export const PUMP_TURN_BYTES = 2_000_000;

/** Unread bytes in all sockets together; many readers get less each than RelayLimits.maxBufferedBytes, 5,000 of them 9.6 KB. */
export const TOTAL_BUFFERED_BYTES = 48_000_000;

/**
 * A subscriber with a full buffer who has not taken so many bytes within so long is dropped as ConsumerTooSlow: some 500 bytes a
 * second. Less would keep the object awake, and the buffer in memory, for days.
 */
export const STALL_MS = 30_000;
export const STALL_BYTES = 16_000;

/** What a subscriber may say within a minute before it is cut off: most streams take no messages, and each one wakes the object. */
export const MAX_CLIENT_MESSAGES = 100;
export const MAX_CLIENT_CHARS = 10_000_000;
export const CLIENT_MESSAGE_SPAN_MS = 60_000;

/**
 * Longest message of a Jetstream client: five times what 10,000 DIDs take. The reference reads 10 MB, which parsed, as many short
 * texts, would be more than this object has.
 */
export const MAX_CLIENT_MESSAGE_CHARS = 2_000_000;

/** Events and their encodings that readers share; an object should take 8 MB in all while nothing much happens. */
export const EVENT_CACHE_BYTES = 8_000_000;

/** A filter up to here lives in its socket's attachment (16 KB), which is written with every slice of a backfill. */
export const INLINE_FILTER_CHARS = 4_000;

/** A longer one lives in a row (2 MB): 10,000 DIDs take some 350,000 characters. */
export const MAX_FILTER_CHARS = 1_800_000;

/** All filters together, in characters of JSON. Each is a set of strings in memory, which takes three times that. */
export const TOTAL_FILTER_CHARS = 8_000_000;

/** How far behind a reader is need not be known more exactly than this. */
export const COUNT_AT_MOST = 1_000_000;

/** A job that failed is tried again after this; the runtime gives up on an alarm that throws six times, so none may. */
export const JOB_RETRY_MS = 30_000;

/** A follower that could not be told of news is told again after this. */
export const NEWS_RETRY_MS = 5_000;

/** Listed accounts on one page of the directory, and the largest profile that is listed: a page stays below 7 MB. */
export const MAX_LISTED_PAGE = 100;
export const MAX_PROFILE_BYTES = 64_000;

/**
 * Accounts of one other host that are known here. A host that makes up DIDs (did:web costs nothing) must not fill this object's
 * disk; those beyond are left out, and it is said in the log.
 */
export const MAX_ACCOUNTS_PER_HOST = 200_000;
/** Hosts asked about in one call: a page of listHosts, as its lexicon has it. */
export const MAX_LISTED_HOSTS = 1_000;
/** From so many accounts on a host's count is told as it was for so long, in ms: anybody may ask, and counting goes through all of them. */
export const COUNT_REMEMBERED_FROM = 1_000;
export const COUNT_LIFE_MS = 30_000;
/** Accounts on one page of listReposByCollection, as its lexicon has it. */
export const MAX_LISTED_BY_COLLECTION = 2_000;
/** Collections noted for one account, and different ones in all: names come from strangers. */
export const MAX_COLLECTIONS_PER_REPO = 200;
export const MAX_COLLECTION_NAMES = 20_000;

/** The network's relay reads the colony's log in slices of so much: a transaction of some 30 ms. */
export const FOLLOW_SLICE_ROWS = 500;
export const FOLLOW_SLICE_BYTES = 4_000_000;
/** While nobody reads the network's relay it is told of news this often at most, which is far inside the colony's window. */
export const FOLLOW_PAUSE_MS = 30_000;
/** A query waits this long for the colony's newest events, then answers without them. */
export const FOLLOW_PATIENCE_MS = 2_000;
/** Accounts that could not be compared after a hole are tried again after this; the pause doubles up to an hour, since all are gone through. */
export const FOLLOW_RETRY_MS = 60_000;
export const FOLLOW_RETRY_MAX_MS = 3_600_000;
/** Accounts compared at a time after a hole. */
export const COMPARE_PAGE = 200;
