/** Bounds of the room, in milliseconds unless the name says otherwise. */

const SECOND = 1000;

/** Longest that the registry waits for a change after a crash. */
export const REGISTRY_HORIZON = 5 * SECOND;
export const REGISTRY_RETRY_FIRST = SECOND;
export const REGISTRY_RETRY_LAST = 300 * SECOND;
/** Letters of what a moderator refers to. */
export const MAX_REF_CHARS = 2_000;
/** Limits that one call may spend: there are a handful in all. */
export const MAX_RATES = 8;
