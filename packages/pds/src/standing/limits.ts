/** Bounds of the room, in milliseconds unless the name says otherwise. */

const SECOND = 1000;

/** Longest that the registry waits for a change after a crash. */
export const REGISTRY_HORIZON = 5 * SECOND;
export const REGISTRY_RETRY_FIRST = SECOND;
export const REGISTRY_RETRY_LAST = 300 * SECOND;
/** Tries after which the relay is not told again what it does not take, about an hour: it has lost events, and those that come will do. */
export const NOTE_TRIES = 20;
/** Letters of what a moderator refers to. */
export const MAX_REF_CHARS = 2_000;
/** Limits that one call may spend: there are a handful in all. */
export const MAX_RATES = 8;
