/** Every bound of the engine, with its reason. Milliseconds unless the name says otherwise. */

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** Tasks in hand at a time, in each role; then requests are rejected (try later), and sending one is refused. An agent's vault is read whole once a deadline passes: 1,000 entries are some 20 ms. */
export const MAX_OPEN_TASKS = 1_000;
/** Of those, from one requester: nobody takes all of them. */
export const MAX_OPEN_TASKS_OF_ONE = 200;
/** Tasks that have ended and are still told of; then the oldest is forgotten. */
export const MAX_ENDED_TASKS = 1_000;
/** How long they are told of. */
export const ENDED_TASK_LIFE = 30 * DAY;

/** idempotencyKeys remembered of one author; then the oldest is forgotten. A sender that repeats does so within minutes. */
export const MAX_KEYS_OF_ONE = 256;
/** Of the agent's own: they alone tell it that it has sent something already, however busy it was since. A day at one a minute. */
export const MAX_OWN_KEYS = 1_440;
/** Authors of whom keys are remembered; then the one heard of longest ago is forgotten. */
export const MAX_KEY_AUTHORS = 2_000;

/** Answers that wait to be written; then no more receipts are promised. Responses are bounded by the tasks. */
export const MAX_RECEIPTS_WAITING = 1_000;
/** Of those, to one reader. */
export const MAX_RECEIPTS_OF_ONE = 200;
/** Receipts wait this long for company: one commit carries them all. Short enough for a person who watches. */
export const RECEIPT_DELAY = SECOND;
/** Answers written in one commit: with X-Wing a receipt is 1.9 KB, far from the commit's 2 MB. */
export const MAX_FLUSH = 50;
/** Tries of an answer whose reader's keys cannot be had; doubling from a second that is about a day. Then it is dropped. */
export const MAX_ANSWER_TRIES = 17;
export const ANSWER_RETRY_FIRST = SECOND;
export const ANSWER_RETRY_LAST = 2 * 60 * 60 * SECOND;

/** Messages that wait to be acknowledged as processed; then the oldest is forgotten. */
export const MAX_UNPROCESSED = 2_000;

/** The requester waits this much longer than the deadline: the last response may be on its way. */
export const DEADLINE_GRACE = 2 * SECOND;
/** A deadline seen this late was slept through: what came meanwhile is read first. */
export const OVERSLEPT = 5 * SECOND;
/** And it is waited this long for that. Past a peer's reconnection, which is tried every few seconds. */
export const OVERSLEPT_WAIT = 60 * SECOND;

/** How often one message is sealed again for a reader whose key was gone. */
export const MAX_RESEALS = 2;
/** Messages of which it is remembered how often; then the oldest is forgotten, and counted anew. */
export const MAX_RESEALED = 500;

/** Answers to handoffs that came before the handoff itself, from another host; then the oldest is forgotten. */
export const MAX_EARLY = 100;
/** Of those, from one author, who may not have been asked at all. */
export const MAX_EARLY_OF_ONE = 4;
/** What their authors say of the task meanwhile; then the oldest is forgotten. The last tells where it is. */
export const MAX_EARLY_RESPONSES = 8;
/** How long such an answer waits. */
export const EARLY_LIFE = DAY;

/** Threads and peers whose automatic answers are counted; then those counted from longest ago are forgotten: their day is nearly over. */
export const MAX_LOOPS = 2_000;
