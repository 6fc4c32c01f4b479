/** Bounds of repositories that are brought here. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Bytes of a CAR: the largest request that Cloudflare passes on. The largest repositories known have some 300 MB. */
export const MAX_IMPORT_BYTES = 500_000_000;
/** Blocks of a CAR; of each four bits are kept in memory. */
export const MAX_IMPORT_BLOCKS = 5_000_000;
/** Bytes of a record, as for one that is written here (specs/sync). */
export const MAX_RECORD_BYTES = 1_000_000;
/** Bytes of a node of the tree: with its children's numbers it must fit a row, of 2 MB. Honest keys make nodes of some hundred bytes. */
export const MAX_NODE_BYTES = 1_000_000;
/** Blocks that are neither node nor record and are remembered, to name the path they stand at; more are refused at once. */
export const MAX_BAD_BLOCKS = 100;
/** Bytes of records that stand at more than one path, for which each further place is a row of its own: honest repositories have some thousand. */
export const MAX_COPIED_BYTES = 50_000_000;
/** Bytes of all paths, each once and once more for every blob or subject that its record names: a tree can say much in little, sharing what keys begin with. */
export const MAX_PATH_BYTES = 500_000_000;
/** Characters of what is said of a block: what is wrong with one may be a name as long as the block. */
export const MAX_REASON = 300;
/** Blobs that one record may name. Those of the network's applications have four at most. */
export const MAX_BLOBS_PER_RECORD = 1_000;

/** What is done before other agents of the isolate have their turn: about 4 ms of work each. */
export const RECEIVE_SLICE_BLOCKS = 245;
export const RECEIVE_SLICE_BYTES = 128 * 1024;
export const WALK_SLICE_RECORDS = 490;
/** Rows of what is left behind that go at a time. */
export const CLEAR_SLICE_ROWS = 2_000;

/** SQLite in a Durable Object binds at most 100 values in one statement: blocks, keys and nodes that are written by one. */
export const BLOCKS_AT_ONCE = 49;
export const KEYS_AT_ONCE = 49;
export const NODES_AT_ONCE = 24;
export const DROPS_AT_ONCE = 100;

/** An upload is given up when one piece is waited for this long, and when all of them together are this long: it trickles. What is done with them does not count. */
export const IMPORT_STALL = MINUTE;
export const IMPORT_TOTAL = 15 * MINUTE;
export const WATCH_EVERY = 5 * SECOND;
/** Bytes of a refused upload that are still taken in: the rest of any that might have been taken, or its sender never sees why not. */
export const DRAIN_BYTES = MAX_IMPORT_BYTES;
/** When what a crash left of an import is cleared away; one that is still under way is left alone, and looked at again after as long. */
export const IMPORT_LEASE = IMPORT_TOTAL + MINUTE;

/** How far ahead of our clock a commit's rev may be (what relays allow). */
export const FUTURE_REV = 5 * MINUTE;

/** A PLC directory answers in well under a second. A DID has at most some hundred operations, of 4 KB each. */
export const AUDIT_TIMEOUT = 10 * SECOND;
export const MAX_AUDIT_BYTES = 2_000_000;
/** Longest did:key that is looked at: reading base58 takes the square of its length, and those of P-256 and secp256k1 have 57 characters. */
export const MAX_DID_KEY = 128;
/** Keys that a signature is tried with. */
export const MAX_PAST_KEYS = 100;
