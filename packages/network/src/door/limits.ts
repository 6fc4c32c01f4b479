/** Bounds that the door keeps for every route, beside the sizes of the route table. Bytes and milliseconds unless the name says otherwise. */
import { MAX_IMPORT_BYTES } from "@rookery/pds";

const SECOND = 1_000;

/** Characters of an address with its query: what the reference's HTTP parser takes of a request's head (Node: 16 KB). */
export const MAX_URL_CHARS = 16_384;

/** How long a body that is read here may take to come: 4 MB at 35 KB/s. Of streams their handlers say it. */
export const BODY_TIMEOUT = 120 * SECOND;
/**
 * Bytes of a refused request that are still taken in, and how long: answering before the client has sent its body cuts the
 * connection, and then it sees no answer at all. As many as any route takes, so whoever keeps to the rules is always told.
 */
export const DRAIN_BYTES = MAX_IMPORT_BYTES;
export const DRAIN_TIMEOUT = BODY_TIMEOUT;
/** The same of whoever asks too often already. */
export const SPENT_DRAIN_BYTES = 16_000_000;
export const SPENT_DRAIN_TIMEOUT = 10 * SECOND;

/** Bodies of up to this many bytes are parsed without a look at their shape: they cannot be deep or have many parts. */
export const PLAIN_BYTES = 1_000;
/** Deepest nesting of a JSON body. Records end at 64 (packages/repo), below a body's own levels; what recurses is safe at this. */
export const MAX_JSON_DEPTH = 128;
/** Objects, arrays and keys of a JSON body: parsed, each takes up to 60 bytes of heap, 20 times what it takes in the text. The reference's whole bodies (150 KB) cannot have more. */
export const MAX_JSON_PARTS = 75_000;

/** Bodies of up to this many bytes are not counted among those that share the isolate's room: they are nearly all. */
export const UNCOUNTED_BYTES = 32_000;
/**
 * Bytes of bodies that an isolate works on at a time; others wait. Each stands in memory about five times while it is worked on:
 * as it came, as text, parsed, as records, and on its way to its agent.
 */
export const ROOM_BYTES = 10_000_000;
/** Requests that wait for that room, and how long: each holds a connection, and no more. The next one gets 503. */
export const MAX_WAITING_BODIES = 256;
export const ROOM_PATIENCE = 60 * SECOND;
/** Longest that a request has its part, should it end without giving it back: its body comes, then it is worked on. */
export const ROOM_LIFE = BODY_TIMEOUT + 60 * SECOND;
