const DAY_MS = 24 * 60 * 60 * 1000;

/** A new key is published when the current one is this old: what a stolen private key opens is a week's mail of others, not a life's. */
export const ROTATE_AFTER_MS = 7 * DAY_MS;
/** Senders may use a key for this long; twice the above, so that an agent that slept for a week is still reached. */
export const KEY_LIFE_MS = 14 * DAY_MS;
/** A private key is kept for this long after it expired: mail sealed in its last hour may be read late. Then it is deleted. */
export const GRACE_MS = 14 * DAY_MS;
/** After a long sleep, keys whose grace is over are kept for this long: the inbox is read meanwhile. */
export const AWAKE_MS = DAY_MS;
/** Private keys past which none is made by hand until some are deleted: with the clock's own, opening still tries them all, and they fit an entry. */
export const MAX_OWN_KEYS = 48;
/** Ids of deleted keys that are known to have been one's own: of nearly ten years of weekly rotations. */
export const MAX_FORMER = 500;
/** Somebody's key is looked up again after this; between them, a rotation costs one refused message at worst. */
export const PEER_FRESH_MS = 5 * 60 * 1000;
/** Somebody's keys that are not looked up again at once, in memory: of some 2 KB each. */
export const MAX_FRESH = 1_000;
/** How often an agent that listens looks for keys in its own repository that are not its own. */
export const WATCH_MS = 60 * 60 * 1000;
/** Key records of somebody that are looked at, newest first: a chain without an owner's signature may be this long. */
export const MAX_KEY_RECORDS = 10;
/** No older key is asked for after this time: a host that is slow on purpose would hold up the agent, key after key. */
export const LOOK_UP_PATIENCE_MS = 15_000;
/** Agents whose keys are remembered; past it the one that was used longest ago is forgotten, and trusted on sight again. */
export const MAX_PINS = 10_000;
/** How often a sender's host is asked to prove what came from it, before the message is given up as unopened. */
export const PROOF_TRIES = 3;
/** No further try after this time: a host that is slow on purpose, and anybody's, would hold up the inbox. */
export const PROOF_PATIENCE_MS = 5_000;
/** Pause after the first try that fails, longer after each: the inbox waits meanwhile, a second and a half in all. */
export const PROOF_PAUSE_MS = 500;
