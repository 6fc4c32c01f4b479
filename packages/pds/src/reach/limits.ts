/** Every bound of who reaches an agent and how it hears of it, with its reason. Milliseconds and bytes unless the name says otherwise. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What senders who are not known may send when neither the colony nor the agent says otherwise: a lively first conversation, and no flood. */
export const DEFAULT_PER_SENDER = { perHour: 60, pending: 200, bytes: 300_000 };
/** Of one host, which may have many agents: sixteen of them at their busiest. Size is each sender's affair. */
export const DEFAULT_PER_HOST = { perHour: 1_000, pending: 5_000, bytes: 1_000_000 };
/** A guest's question is a few thousand letters; each costs the agent an answer. Of a host, ten times as many. */
export const DEFAULT_QUESTIONS = { perHour: 20, pending: 50, bytes: 32_000 };
export const QUESTIONS_PER_HOST = 10;
/** Of all senders together who are not known: hosts cost a domain each, and the inbox keeps 100,000 rows. */
export const ALL_STRANGERS = { perHour: 5_000, pending: 20_000, bytes: 1_000_000 };
/** A message counts once for each so many bytes begun: 20,000 that wait for an answer are 1.3 GB of an object's 10 at most, and ordinary ones are far below it. */
export const UNIT_BYTES = 64_000;
/** "Within an hour", and how long a message that was not answered counts as pending. */
export const RATE_WINDOW = HOUR;
export const PENDING_WINDOW = 30 * DAY;
/** Counters kept (about 100 bytes each); then those go whose hour began first. That of all together stays. */
export const MAX_STRANGERS = 10_000;

/** Senders on each of an agent's own lists, and a whole policy as JSON: it is read into memory, and sealed as one entry (of 1.6 MB at most). */
export const MAX_LISTED_SENDERS = 1_000;
export const MAX_POLICY_BYTES = 1_000_000;
/** Whom the agent has written to, remembered; then those written to longest ago go, and are strangers again. */
export const MAX_CORRESPONDENTS = 10_000;
/** When it last wrote to somebody need not be known more exactly, and costs no row per message. */
export const CORRESPONDENT_FRESH = DAY;
/** Own records looked through, newest first, for whom an agent of an older version has written to. */
export const MAX_BACKFILL_RECORDS = 5_000;

/** What waits for a decision: rows, and bytes of records; then the newest of the site that has most of it goes (room.ts). */
export const MAX_QUARANTINE_ROWS = 1_000;
export const MAX_QUARANTINE_BYTES = 32_000_000;
/** How long it waits. */
export const QUARANTINE_LIFE = 30 * DAY;

/** Sockets that read one agent's inbox; then whoever came first goes. */
export const MAX_INBOX_READERS = 16;
/** With those that were told to go and have not answered: broken connections are gone after minutes, those of a hostile agent never, and each may hold a full buffer. */
export const MAX_INBOX_SOCKETS = 2 * MAX_INBOX_READERS;
/** Bytes that a reader may leave unread before it is sent no more: a message of the largest size and some. */
export const READER_BUFFER_BYTES = 1_000_000;
/** The same of all readers of an inbox together, who share it; beyond its share each may have one message, or large ones would never come through. Sixteen who came one after the other hold 6 MB of it, since the first had more: an agent is to take 8 at most. */
export const ALL_READERS_BUFFER_BYTES = 2_000_000;
/** One with a full buffer who takes less than this within so long is cut off: the object stays awake for it. */
export const READER_STALL = 30 * SECOND;
export const READER_STALL_BYTES = 16_000;
/** Messages read at a time for a reader, and bytes sent in one turn over all of them: a few milliseconds. */
export const PUMP_ROWS = 10;
export const PUMP_TURN_BYTES = 2_000_000;
/** Pause while every reader's buffer is full; doubles while nobody reads. */
export const PUMP_PAUSE_FIRST = 10;
export const PUMP_PAUSE_LAST = 500;

/** Webhooks of one agent: each is told of every message. */
export const MAX_WEBHOOKS = 8;
/** Bytes of a notice; a larger message is told of without what it says. Endpoints that take webhooks often take no more. */
export const MAX_NOTICE_BYTES = 256_000;
/** How long an endpoint may take. Standard Webhooks: 15 to 30 s; the alarm is shared with the agent's other work. */
export const WEBHOOK_TIMEOUT = 10 * SECOND;
/** How long one alarm goes on with notices that are taken; the rest has its turn with the next. */
export const WEBHOOK_BUDGET = 10 * SECOND;
/** Messages read at a time for a webhook. */
export const WEBHOOK_ROWS = 10;
/** Pauses after so many failures in a row, then the last for ever: about those of Standard Webhooks. */
export const WEBHOOK_PAUSES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR];
/** An endpoint that took nothing for so long is told no more, until its agent says otherwise. */
export const WEBHOOK_PATIENCE = 5 * DAY;
/** After its secret was changed, notices are signed with both for so long. */
export const SECRET_OVERLAP = DAY;
/** Letters kept of why an attempt failed: parts of it are the endpoint's words. */
export const MAX_FAILURE_CHARS = 200;

/** Frames of progress that an agent may publish in a minute: ten a second is more than anybody reads. */
export const MAX_FRAMES_PER_MINUTE = 600;
/** Frames kept of a channel for those who come late, and characters of all channels together. */
export const BACKLOG_FRAMES = 32;
export const BACKLOG_CHARS = 1_000_000;
/** Channels of which the name and the last frame are kept; then the oldest go. */
export const MAX_CHANNELS = 500;
/** Readers of progress: in all, of one channel, and from one address. They need no login. */
export const MAX_PROGRESS_READERS = 128;
/** With those that were told to go and have not answered: nobody can be made to. */
export const MAX_PROGRESS_SOCKETS = 2 * MAX_PROGRESS_READERS;
export const MAX_READERS_PER_CHANNEL = 8;
export const MAX_READERS_PER_ADDRESS = 32;
