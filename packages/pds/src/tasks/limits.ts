/** Every bound of what is done about opened mail and tasks, with its reason. Milliseconds unless the name says otherwise. */

const SECOND = 1000;

/** Messages opened before they are stored together: 20 X-Wing openings are some 30 ms, in which other requests have their turn between any two. */
export const OPEN_BATCH_ROWS = 20;
/** Their ciphertext, in bytes: two of the largest. */
export const OPEN_BATCH_BYTES = 2_000_000;
/** A message that was stored is opened within this, should the object die before it is. */
export const OPEN_HORIZON = 5 * SECOND;
export const OPEN_RETRY_FIRST = SECOND;
export const OPEN_RETRY_LAST = 5 * 60 * SECOND;
/** Tries of one message by the alarm; then it is passed over, so that those behind it go on. */
export const OPEN_TRIES = 5;
/** Longest that one alarm opens messages; the rest has its turn with the next. */
export const OPEN_BUDGET = 10 * SECOND;
/** Longest that a reader of the inbox waits for what is there to be opened, when it asked for no waiting. */
export const LIST_PATIENCE = 5 * SECOND;
/** Bytes of opened messages in one answer; an RPC answer holds 32 MB, and JSON may be longer than what it says. */
export const MAX_OPENED_PAGE_BYTES = 8_000_000;
/** Longest that the alarm waits for relays before it decides deadlines. */
export const PULL_PATIENCE = 10 * SECOND;
/** Pause after answers could not be written at all: the relay is away, or the rate limit is reached. */
export const FLUSH_RETRY = 30 * SECOND;
/** Longest that answers which go together wait for one of them, whose reader's key a slow host has; it comes later, then. */
export const PREPARE_PATIENCE = 2 * SECOND;
/** How often it is looked whether the last key of an agent whose owner took over is gone. Keys live for weeks. */
export const LEAVE_LOOK = 24 * 60 * 60 * SECOND;
