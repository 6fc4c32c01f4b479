/** Every bound of an agent, with its reason. Bytes and milliseconds unless the name says otherwise. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** AT Protocol "sync": a record's block. */
export const MAX_RECORD_BYTES = 1_000_000;
/** AT Protocol "sync": CAR of one commit, header and overhead included. */
export const MAX_COMMIT_CAR_BYTES = 2_000_000;
/** AT Protocol "sync": operations of one commit. */
export const MAX_COMMIT_OPS = 200;
/** Part of a frame that one outbox row holds. */
export const OUTBOX_PART_BYTES = 1_000_000;

/** Record bytes that writes sharing a commit may bring, leaving room for nodes and proofs below the CAR limit. */
export const GROUP_BYTES = 1_000_000;
/** Writes that may wait for their turn; the next one is refused with 429. */
export const MAX_WAITING_WRITES = 512;
/** Record bytes that may wait in memory for their turn. */
export const MAX_WAITING_BYTES = 8_000_000;

/** Reference: create 3, update 2, delete 1 point. */
export const WRITE_POINTS = { create: 3, update: 2, delete: 1 } as const;
export const WRITE_POINTS_PER_HOUR = 5_000;
export const WRITE_POINTS_PER_DAY = 35_000;
export const RATE_HOUR = HOUR;
export const RATE_DAY = DAY;

/** Rows and bytes sent to the relay in one call. */
export const OUTBOX_BATCH_ROWS = 100;
export const OUTBOX_BATCH_BYTES = 4_000_000;
/**
 * Calls to the relay: so many at once, then one per interval. A call with the relay's transaction is a quarter of the CPU of a
 * write, and is shared by what an agent writes meanwhile; nobody waits who writes fewer than 125 times a second.
 */
export const OUTBOX_BURST = 20;
export const OUTBOX_INTERVAL = 8;
/** Frames of so many bytes wait for nothing: beside them a call costs little, and the database grows by the most that it ever held. */
export const OUTBOX_SHARED_BYTES = 32_000;
/** Events kept in memory between commit and relay, to save reading them back. */
export const OUTBOX_MEMORY_BYTES = 1_000_000;
/** Longest that an event waits for the relay after a crash. */
export const OUTBOX_HORIZON = 5 * SECOND;
export const OUTBOX_RETRY_FIRST = SECOND;
export const OUTBOX_RETRY_LAST = 5 * MINUTE;
/** Rows beyond which writes are refused with 503: the relay has been away too long. */
export const OUTBOX_MAX_ROWS = 100_000;

/** A job that has begun is due again after this long, in case its object dies meanwhile. */
export const JOB_LEASE = 30 * SECOND;

/** An export that nobody reads for this long ends. */
export const PIN_IDLE = 30 * SECOND;
/** An export ends after this long, whoever reads it. */
export const PIN_TOTAL = 10 * MINUTE;
/** One that nobody reads for this long makes room when there are too many. */
export const PIN_YIELD = SECOND;
/** Exports at a time per agent; the next one gets 429. */
export const MAX_PINS = 8;
/** Bytes an export hands over at a time, at least. */
export const EXPORT_CHUNK = 128 * 1024;

/** Bytes of an answer that are made at a time; a larger one is a stream. An RPC answer holds 32 MB, an isolate 128. */
export const PART_BYTES = 512_000;
/** Bytes of large answers that an isolate holds until they are read; the next one gets 503. */
export const READ_ROOM = 32_000_000;
/** What each counts for that is made as it is read: a part, its copy on the way, and what it is made of. */
export const STREAM_BYTES = 3 * PART_BYTES;
/** Answers of at least so many bytes are counted, and sent in such pieces. */
export const HELD_FROM = 128_000;
export const HELD_PIECE = 128_000;
/** CIDs that one getBlocks may ask for. */
export const MAX_GET_BLOCKS = 200;
/** Rows looked at before other requests get their turn. */
export const SCAN_SLICE_ROWS = 4_000;
/** Scans at a time per agent; the next one gets 429. */
export const MAX_SCANS = 2;

/** Reference: refresh tokens last 90 days and may be presented again for 2 hours. */
export const SESSION_LIFE = 90 * DAY;
export const SESSION_GRACE = 2 * HOUR;
/** Refresh tokens kept per account; the oldest goes first. */
export const MAX_SESSIONS = 256;
/** Reference: createSession, counted here on failures only. */
export const LOGIN_FAILURES_SHORT = { count: 30, window: 5 * MINUTE };
export const LOGIN_FAILURES_DAY = { count: 300, window: DAY };
/** Addresses remembered for failed logins; the oldest goes first. */
export const MAX_LOGIN_ADDRESSES = 1_000;
/** Password hashes computed at a time (16 MB and 20 ms each); the next one gets 429. */
export const MAX_PASSWORD_CHECKS = 4;
/** Hashes of new passwords computed at a time, likewise; others wait, and how long. More than can be computed meanwhile need not wait. */
export const MAX_NEW_HASHES = 4;
export const MAX_WAITING_HASHES = 256;
export const HASH_PATIENCE = 30 * SECOND;
/** Longest that one has its part, should it end without giving it back. */
export const HASH_LIFE = 30 * SECOND;

/** Reference: an upload that no record refers to goes after a day. */
export const TEMP_BLOB_LIFE = DAY;
/** An upload of which nothing comes for so long is given up; one that trickles, after the other; and how often it is looked at. */
export const UPLOAD_STALL = 30 * SECOND;
export const UPLOAD_TOTAL = 10 * MINUTE;
export const UPLOAD_WATCH = 5 * SECOND;
/** Bytes of uploads that an isolate gathers at a time, since they do not say how long they are and R2 must know: three of 5 MiB, or one that is larger. */
export const UPLOAD_ROOM = 15 * 1024 * 1024;
/** Further ones that wait for it, and how long: each holds a connection, and no more. */
export const MAX_WAITING_UPLOADS = 128;
export const UPLOAD_PATIENCE = 60 * SECOND;
/** Such uploads held at a time. */
export const MAX_TEMP_BLOBS = 1_000;
/** R2 takes this many keys in one delete. */
export const BLOB_DELETE_BATCH = 1_000;
export const BLOB_RETRY = MINUTE;

/** Deliveries pulled at a time. */
export const INBOX_PULL_ROWS = 20;
/** Messages kept, and bytes of their records (an object's disk is 10 GB, and what was sealed is kept opened as well); then the oldest goes. It stays readable in its sender's repository. */
export const MAX_INBOX_ROWS = 100_000;
export const MAX_INBOX_BYTES = 2_000_000_000;
/** Deliveries waiting to be tried again; then those of whoever has most of them are given up, so that everybody else's go on. */
export const MAX_INBOX_PENDING = 1_000;
/** Deliveries given up that a relay is told of in one go. */
export const MAX_INBOX_UNTOLD = 1_000;
/** Letters kept of why a delivery is not good: parts of it are strangers' words. */
export const MAX_REASON_CHARS = 1_000;
/** Pauses between tries of a delivery that does not verify, before it is parked: a directory may tell of a new key a minute after it was used. */
export const INBOX_INVALID_PAUSES: readonly number[] = [SECOND, 10 * SECOND, MINUTE];
/** Tries of a delivery whose sender's identity cannot be had, before it is parked: eight days, since its host or the directory may be away for a week. */
export const INBOX_UNRESOLVED_TRIES = 200;
export const INBOX_RETRY_FIRST = SECOND;
export const INBOX_RETRY_LAST = HOUR;
/** How long one alarm spends on deliveries that wait, and on pulling: the object's other work shares the alarm. The rest has its turn with the next. */
export const INBOX_RETRY_BUDGET = 10 * SECOND;
/** Senders whose waiting deliveries are tried at a time: a directory that is slow for one must not be slow for all. */
export const INBOX_RETRY_SENDERS = 6;
/** Long-polls held open at a time; further ones are answered at once. */
export const MAX_INBOX_WAITERS = 32;
export const MAX_INBOX_WAIT_SECONDS = 30;

/** How long a resolved signing key is trusted without looking again; a failed signature looks at once. */
export const IDENTITY_LIFE = 10 * MINUTE;
export const IDENTITY_TIMEOUT = 5 * SECOND;
export const MAX_IDENTITIES = 1_000;
/** However many signatures fail, a key is looked up again only so often in the long run (`refreshBurst` of the cache says how often at once). */
export const IDENTITY_REFRESH_GAP = 5 * SECOND;

/** How long provisioning waits for the relay to know the account, before it goes on without: the outbox brings it there in any case. */
export const BIRTH_WAIT = 5 * SECOND;

/** How long announceDeletion waits for the relay before it asks its caller to come again. */
export const DELETION_WAIT = 10 * SECOND;
