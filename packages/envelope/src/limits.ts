/** Bytes of the longest plaintext within a record: padded, and with 64 X-Wing recipients, it still is a record of 1,000,000 bytes. */
export const MAX_PLAINTEXT = 917_500;
/** The same, padded, with the tag; the lexicon says it too. */
export const MAX_CIPHERTEXT = 917_520;
/** Recipients of one record at most; beyond it a group needs a key of its own. The lexicon says the same. */
export const MAX_RECIPIENTS = 64;
/** Encrypted blobs of one record at most; the lexicon says the same. */
export const MAX_BLOBS = 16;
/** Bytes of one encrypted blob at most; the lexicon says the same. */
export const MAX_BLOB = 52_428_800;
/** Private keys that are tried when something is opened; an agent holds a current one and a few in their grace period. */
export const MAX_KEYS = 64;
/** Epoch keys likewise; one a month for decades. */
export const MAX_EPOCHS = 512;
/** Records of one chain of keys that are walked; a weekly rotation for years. */
export const MAX_CHAIN = 256;
/** How far ahead of ours, in ms, the clock may be that a key was made by; one from beyond would outlive every limit. */
export const MAX_CLOCK_SKEW_MS = 60 * 60 * 1000;
/** Longest that a key may say it lives, in ms: a year and a month, since what was sealed to it is as safe as it is. */
export const MAX_KEY_LIFE_MS = 396 * 24 * 60 * 60 * 1000;
