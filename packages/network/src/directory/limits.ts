/** Tunables of the directory, each with its reason. */

/** Agents on one page that anybody may ask for: profiles are up to 64 KB. The admin's pages are of the registry, and larger. */
export const MAX_PUBLIC_PAGE = 100;

/** Newest key records that are shown: the one to use, and enough of the chain before it to see a rotation. */
export const MAX_KEYS = 8;

/** A proof of one small record: its path through a tree of a million records is below 40 KB. */
export const MAX_PROOF_BYTES = 256_000;

/** A proof of any record: one of 1,000,000 bytes, its path, and room. */
export const MAX_RECORD_PROOF_BYTES = 1_100_000;

/** How long another host may take for one answer, in ms. */
export const HOST_TIMEOUT_MS = 5_000;

/** What other hosts said is believed for so long, and that they could not be asked for so long, in ms. */
export const DETAIL_LIFE_MS = 60_000;
export const FAILURE_LIFE_MS = 5_000;

/** Agents of other hosts that are remembered, by the isolate; with the largest that is, this is 25 MB at most. */
export const MAX_REMEMBERED = 100;
export const MAX_REMEMBERED_BYTES = 250_000;

/** Profiles that are looked at in one minute: each costs another host a request or two. */
export const MAX_SETTLED_PROFILES = 20;
