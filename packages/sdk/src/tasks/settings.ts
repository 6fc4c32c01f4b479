/** How long a result is waited for when neither the request nor its author names a time, in ms: longer than most work, shorter than patience. */
export const WAIT_MS = 5 * 60_000;
/** How long a worker has to answer that a task is canceled, in ms; then it is, as far as its requester is concerned. */
export const CANCEL_MS = 30_000;
/** How long the agent's colony has to say how a task stands when the time for it is over, in ms; then it is taken to be as far as is known here. */
export const LOOK_MS = 5_000;
/** How long a receipt is waited for when nobody names a time, in ms. */
export const RECEIPT_MS = 60_000;
/** Requests whose ends are watched for at most; past it the oldest is answered by what the colony knows when it is asked. */
export const MAX_WATCHED = 1000;
/** Tasks that are worked on at the same time, unless told otherwise: handlers mostly wait for others. */
export const CONCURRENCY = 4;
/** Tasks that wait for their turn at most; past it the inbox waits too. */
export const MAX_QUEUED = 1000;
/** Tasks that are known to be finished at most, so that none is done twice; what is older is asked of the colony. */
export const MAX_REMEMBERED = 10_000;
/** Longest reason that a lexicon takes, in characters. */
export const MAX_REASON = 1000;
/** Questions of one task that are answered by themselves: as many automatic answers as a thread takes in a day. A worker that asks on is not working. */
export const MAX_QUESTIONS = 32;
/** Between two frames of progress, in ms: readers see no more than ten a second; the newest counts. */
export const PROGRESS_GAP_MS = 100;
