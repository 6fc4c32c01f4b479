/** Tunables of listening to a common relay or Jetstream, each with its reason. Times in milliseconds. */
import { MAX_FRAME_BYTES } from "@rookery/sync";
import type { BackoffLimits } from "../peers/backoff.ts";
import type { ConnectionLimits } from "../peers/connection.ts";

/** Bounds of one upstream; an object's subclass may set others. */
export interface UpstreamLimits {
  connection: ConnectionLimits;
  reconnect: BackoffLimits;
  /** Records that wait for their author's host: in all, and of one author. */
  maxWaiting: number;
  maxPerAuthor: number;
  /** When all places are taken, one that was tried so often makes room for a new one. */
  triesForRoom: number;
  /** Records seen to at a time: in all, and asking the hosts of one domain (for a proof, or a did:web). */
  fetches: number;
  fetchesPerDomain: number;
  fetchTimeoutMs: number;
  /** Pauses while a host cannot be reached, and after how many tries its record is given up. */
  retry: BackoffLimits;
  maxTries: number;
  /** Tries of a record whose host says no in a way that may pass, or whose proof does not fit: then that was its last word. */
  doubtTries: number;
}

export const UPSTREAM_LIMITS: UpstreamLimits = {
  connection: {
    maxMessageBytes: MAX_FRAME_BYTES,
    maxQueuedBytes: 16_000_000,
    maxQueuedMessages: 20_000,
    connectTimeoutMs: 10_000,
    // A Jetstream that filters may have nothing to say for long: connecting again costs it one request every ten minutes.
    idleMs: 10 * 60_000,
  },
  reconnect: { firstMs: 1_000, maxMs: 5 * 60_000 },
  maxWaiting: 10_000,
  // More of one author at a time is a flood; what is refused stays readable in its repository.
  maxPerAuthor: 200,
  triesForRoom: 3,
  fetches: 8,
  // Whoever owns a domain has as many host names as he likes.
  fetchesPerDomain: 2,
  fetchTimeoutMs: 10_000,
  // Forty tries are eight days: an author's host may be away for a week.
  retry: { firstMs: 5_000, maxMs: 6 * 3_600_000 },
  maxTries: 40,
  // A minute: a host that has just taken an account over, and a directory that is behind, need no longer.
  doubtTries: 5,
};

/** Messages taken off the stream together: a turn of a few milliseconds, written down in one transaction. */
export const TURN_MESSAGES = 512;
export const TURN_BYTES = 4_000_000;

/** The cursor of a stream in which nothing matches is written this often: what is lost of it is only read again. */
export const CURSOR_MS = 5_000;

/** A Jetstream goes on this much before the last event seen, as its documentation advises; what comes twice is left out. In microseconds. */
export const JETSTREAM_OVERLAP_US = 5_000_000;

/** A Jetstream that has told nothing yet goes on this much before the time of the first connection: its clock may be another. In microseconds. */
export const JETSTREAM_SKEW_US = 60_000_000;

/** DIDs of one record that are looked up in the registry, in one query: as many as the lexicons let a record name. */
export const MAX_RECIPIENTS = 256;

/** Largest record, as the AT Protocol has it; a recipient refuses a larger one. */
export const MAX_RECORD_BYTES = 1_000_000;

/** Records whose delivery is remembered, so that they are not fetched twice and can be taken back (about 200 bytes each). */
export const MAX_TAKEN = 50_000;

/** While a socket is open: it goes with the object's eviction, and whoever watches must not sleep longer than this. */
export const WATCHDOG_MS = 30_000;

/** A record whose author's domain is being asked for others waits this long. */
export const BUSY_MS = 250;

/** Letters of a foreign word kept as lastError. */
export const MAX_ERROR_CHARS = 300;
