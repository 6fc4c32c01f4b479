/** Bounds of what is asked about handles, in milliseconds unless the name says otherwise. */

/** Reference: each of the two ways of resolving a handle may take so long. */
export const HANDLE_TIMEOUT_MS = 3_000;
/** Bytes of an answer that are read: a DID has at most 2,048 characters, and a name few TXT records. */
export const MAX_DNS_BYTES = 64 * 1024;
export const MAX_DID_BYTES = 2_100;
/** specs/handle asks to follow redirects "up to a reasonable limit". */
export const MAX_REDIRECTS = 3;
/** How long a request is taken to be at work on a change of handle: longer than its calls to the directory together. */
export const CHANGE_LEASE_MS = 45_000;
/** Changes that were cut off, looked at in one sweep. */
export const CHANGES_AT_ONCE = 50;
