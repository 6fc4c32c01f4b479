import { type Outcome, fail } from "@rookery/sync";

/** Changes that wait for their turn, of one agent: each may ask elsewhere, and takes seconds at worst. */
const MAX_WAITING = 64;

interface Turn {
  last: Promise<unknown>;
  waiting: number;
}

const turns = new WeakMap<object, Turn>();

/**
 * One after the other for each agent: who may read a record is looked at, keys are asked for, and then it is written; a second
 * change in between would be lost, or keep a reader that was taken out. Error: `RateLimitExceeded` (429). So do changes of the
 * mail address, which the registry is asked about.
 */
export async function inTurn<T>(agent: object, work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  const turn = turns.get(agent) ?? { last: Promise.resolve(), waiting: 0 };
  turns.set(agent, turn);
  if (turn.waiting >= MAX_WAITING) return fail(429, "RateLimitExceeded", `More than ${MAX_WAITING} changes are waiting`);
  turn.waiting++;
  const done = turn.last.then(work).finally(() => turn.waiting--);
  turn.last = done.catch(() => undefined);
  return done;
}
