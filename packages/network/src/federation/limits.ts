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

/**
 * Open challenges, of one colony and in all (each is a row of 300 bytes): the oldest go first. Anybody may have one given out
 * to any colony, so none is ever refused for want of room: that would let a third party keep two colonies apart.
 */
export const MAX_CHALLENGES_PER_COLONY = 8;
export const MAX_CHALLENGES = 1_000;
/** Statements of one peer that are remembered as used, while they could be sent again. */
export const MAX_USED_PER_COLONY = 8;
/** Look-ups of strangers at a time, per isolate, and as many of peers: each holds two requests for up to their timeout. */
export const MAX_INTRODUCTIONS = 8;

/** How often a peer's object is told anew in one go, while an admin changes his mind; the minute's upkeep takes up the rest. */
export const MAX_SETTLE_TURNS = 4;

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
/** A peer's object that does not tell its state in this time is listed without; so are those not asked yet after so long in all. */
export const STATUS_TIMEOUT = 3 * SECOND;
export const LIST_TIMEOUT = 10 * SECOND;
/** Where nobody says when the colony started, a new isolate leaves upkeep that was done this lately to the minute's. */
export const UPKEEP_FRESH = MINUTE;
/** After an upkeep at the start that failed, the next request that tries again comes no sooner. */
export const START_RETRY = 5 * SECOND;

/** Handles of other hosts remembered, and look-ups of them at a time, per isolate. */
export const MAX_FOREIGN_HANDLES = 10_000;
export const MAX_FOREIGN_LOOKUPS = 16;
