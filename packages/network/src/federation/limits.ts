/** Bounds of federation, each with its reason. Milliseconds unless the name says otherwise. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** One request to another colony: slower than this it is taken to be away. */
export const REQUEST_TIMEOUT = 10 * SECOND;
/** Answers of other colonies: a card or a signed statement has well under 10 KB. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** How long a challenge can be answered. The other side answers at once, or after one slow look-up. */
export const CHALLENGE_LIFE = 2 * MINUTE;
/** An expiry further ahead than this is none: nonces must be remembered until then. */
export const MAX_STATEMENT_LIFE = 10 * MINUTE;
/** Clocks of two colonies may differ by this much. */
export const CLOCK_SKEW = MINUTE;

/** Open challenges and used nonces: per colony, and in all (each is a row of 300 bytes). */
export const MAX_NONCES_PER_COLONY = 8;
export const MAX_NONCES = 1_000;
/** Look-ups of strangers at a time, per isolate: each holds two requests for up to their timeout. */
export const MAX_INTRODUCTIONS = 8;

/** Peers in all: the minute's upkeep walks over them. */
export const MAX_PEERS = 1_000;
/** Peers that came by themselves and that the admin did not approve. */
export const MAX_UNINVITED = 200;
/** One that came by itself and that nobody wanted for this long makes room for others; it may come again. */
export const UNINVITED_LIFE = 30 * 24 * 60 * MINUTE;
/** DIDs in `allowlist` and in each `allowAgents`. */
export const MAX_LIST = 1_000;

/** A handshake or farewell that could not be finished is tried again after this long, doubling up to the last. */
export const RETRY_FIRST = 20 * SECOND;
export const RETRY_LAST = 60 * MINUTE;
/** A colony that cannot be told of the end of a peering for this long is not told. */
export const FAREWELL_LIFE = 24 * 60 * MINUTE;

/** Peers attended to at a time by the minute's upkeep, and asked for their state by the admin's list. */
export const UPKEEP_CONCURRENCY = 8;
/** A peer's object that does not tell its state in this time is listed without. */
export const STATUS_TIMEOUT = 3 * SECOND;

/** Handles of other hosts remembered, and look-ups of them at a time, per isolate. */
export const MAX_FOREIGN_HANDLES = 10_000;
export const MAX_FOREIGN_LOOKUPS = 16;
