/** Bounds of the identity room. Milliseconds. */

/** Between tries of a change that the directory does not take now, doubling. */
export const DID_CHANGE_RETRY_FIRST = 2_000;
export const DID_CHANGE_RETRY_LAST = 60 * 60 * 1000;

/** How often a document that its owner is to write is looked at: each look is a request to somebody's host. */
export const DID_DOCUMENT_LOOK = 60 * 1000;

/** Longest that something which was posted is still waited for: no request of ours lives that long. */
export const POSTED_LIFE = 60 * 1000;

/** Longest that writes wait for the directory to say which key it has. */
export const WRITES_WAIT = 15 * 1000;

/** Rounds of look and post in one run: somebody else may change the DID between the two. */
export const DID_CHANGE_ROUNDS = 4;
