/** Tunables of hosted keys, each with its reason; lives and graces of keys are the keyring's (packages/envelope). */

/** Agents whose keys one agent remembers: of some 4 KB each, 40 MB of its disk. Then those it wrote to longest ago are trusted on sight again. */
export const MAX_HOSTED_PINS = 10_000;
/** That a pin was used is written down once in this time, in ms: it only decides who is forgotten first. */
export const PIN_USE_GRAIN = 24 * 60 * 60 * 1000;
/** Alarms kept for the owner; the oldest goes. One that comes again is not counted twice. */
export const MAX_ALARMS = 50;
/** First and last pause before keys that could not be published are tried again, in ms. */
export const KEYS_RETRY_FIRST = 1_000;
export const KEYS_RETRY_LAST = 10 * 60 * 1000;
/** Published keys that are shown, newest first: a year of them. */
export const MAX_SHOWN_KEYS = 52;
