/** Tunables of asking relays to crawl, each with its reason. */

/** A relay is asked at most this often: what the reference keeps to (its crawlers.ts). */
export const ASK_INTERVAL_MS = 20 * 60_000;

/** Longest pause between attempts at a relay that refuses or cannot be reached; the pause doubles from ASK_INTERVAL_MS up to it. */
export const ASK_INTERVAL_MAX_MS = 6 * 3_600_000;

/** A relay fetches describeServer from us (5 s at most) before it answers, so less would cut good answers off. */
export const ASK_TIMEOUT_MS = 10_000;

/** While events come, who is listening is looked up this often at most: it walks all readers. */
export const LOOK_INTERVAL_MS = 10_000;

/** The same when readers leave: a thousand that leave at once must not cost a million looks. */
export const LEAVING_INTERVAL_MS = 1_000;

/** "Last seen" of a relay that stays connected is written this often. */
export const SEEN_INTERVAL_MS = 5 * 60_000;

/** Bytes of an answer that are read, and characters of it that are kept. */
export const MAX_ANSWER_BYTES = 4_096;
export const MAX_ANSWER_CHARS = 300;

/** Relays that may be named: each costs a row, and a request every 20 minutes at worst. */
export const MAX_CRAWLERS = 16;

/**
 * What stock relays allow a host that nobody has vouched for (bluesky-social/indigo cmd/relay, defaults of main.go and
 * slurper.go). Accounts beyond the limit are `host-throttled`: their events are dropped. Events beyond the rates wait.
 */
export const NEW_HOST_LIMITS = { accounts: 100, eventsPerSecond: 50, eventsPerHour: 2_500, eventsPerDay: 20_000 } as const;

/** From so many active accounts on the admin is told to write to the relays' operators, who answer in days rather than minutes. */
export const ADVISE_FROM_ACCOUNTS = 80;
