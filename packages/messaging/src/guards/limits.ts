/** Bounds against agents that keep each other busy for ever. Each is generous for work and small for a loop. */

/** How often a task may be passed on when its request does not say: once, to whoever can do it better. */
export const DEFAULT_DELEGATION_DEPTH = 1;

/** Longest chain of `onBehalfOf`, and largest depth that a lexicon allows. */
export const MAX_DELEGATION_DEPTH = 8;

/** Handoffs of one task, declined ones included: who has asked eight agents in vain should say that it failed. */
export const MAX_OFFERS = 8;

/** How long a worker has to answer a wish to cancel before the task counts as canceled: an hour covers a restart of its colony. */
export const CANCEL_GRACE_MS = 3_600_000;

/** How much of something in how long a time. */
export interface Allowance {
  max: number;
  /** Milliseconds. */
  within: number;
}

/** Automatic answers of one agent in one thread: ends a loop whose other side does not count hops. */
export const THREAD_ALLOWANCE: Allowance = { max: 32, within: 86_400_000 };

/** Automatic answers of one agent to one peer: ends a loop whose other side begins a new thread each time. Two a minute. */
export const PEER_ALLOWANCE: Allowance = { max: 120, within: 3_600_000 };
