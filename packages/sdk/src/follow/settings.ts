/** Tunables of the followers, each with its reason. What a consumer may set is in the options. */

/** First pause before connecting again, and the longest; each is doubled until a connection has brought something. */
export const RECONNECT_MS = 500;
export const RECONNECT_MAX_MS = 60_000;
/** Part of a pause that chance takes away, so that a thousand followers of a host that restarts do not come at once. */
export const JITTER = 0.5;

/** A connection that brings nothing for so long may be dead without saying so. Asking again costs a quiet host one request. */
export const SILENCE_MS = 120_000;
/** A connection has to be there within this. */
export const CONNECT_MS = 15_000;

/**
 * What may wait in memory. WebSockets know no back-pressure, so at the bound the connection is closed, what waits is worked
 * off, and the stream goes on from there.
 */
export const MAX_WAITING_BYTES = 16_000_000;
export const MAX_WAITING_MESSAGES = 5_000;

/** The cursor is saved this often at most: what was handled since comes again after a crash. */
export const SAVE_INTERVAL_MS = 1_000;

/** Accounts that the in-memory store remembers, at about 500 bytes each. */
export const MAX_ACCOUNTS = 100_000;

/** Largest repository that is fetched to resynchronise: it is held in memory until its records were handled. */
export const MAX_REPO_BYTES = 100_000_000;
/** Most that a proof of one record, or a short answer, may have. */
export const MAX_PROOF_BYTES = 2_500_000;
export const MAX_ANSWER_BYTES = 64_000;

/** A host that brings nothing of an answer for so long, or has not finished within the second, has failed. */
export const HOST_SILENCE_MS = 10_000;
export const HOST_PATIENCE_MS = 60_000;

/** Pause before an account that could not be resynchronised is tried again, doubled each time. */
export const RETRY_MS = 30_000;
export const RETRY_MAX_MS = 3_600_000;
/** Accounts that wait to be tried again in memory; the store knows of the others, and their next event reminds of them. */
export const MAX_RETRIES = 10_000;
/** Hosts whose failures are remembered, so that one that answers nothing is asked once and not once per account. */
export const MAX_HOSTS = 1_000;
