import { isFinal } from "@rookery/lexicon-agent-comms";
import { CANCEL_GRACE_MS } from "../guards/limits.ts";
import type { Standing } from "./standing.ts";

/** The task at a later time: expired, canceled without an answer, or its offer lapsed. The same object when nothing was due. */
export function afterClock(task: Standing, now: number): Standing {
  if (isFinal(task.state)) return task;
  const ends = endings(task).filter(({ after }) => now > after);
  const first = ends.reduce<Ending | undefined>((best, ending) => (best === undefined || ending.after < best.after ? ending : best), undefined);
  if (first !== undefined) return ended(task, first.state);
  return task.offer?.expiresAt !== undefined && now > task.offer.expiresAt ? withoutOffer(task) : task;
}

/** When the clock next does something to the task, in milliseconds since 1970; undefined when never. */
export function dueAt(task: Standing): number | undefined {
  if (isFinal(task.state)) return undefined;
  const times = [...endings(task).map(({ after }) => after), task.offer?.expiresAt].filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times) + 1;
}

interface Ending {
  after: number;
  state: "expired" | "canceled";
}

function endings({ deadline, startBy, cancelAskedAt, state }: Standing): Ending[] {
  const found: Ending[] = [];
  if (deadline !== undefined) found.push({ after: deadline, state: "expired" });
  if (startBy !== undefined && state === "submitted") found.push({ after: startBy, state: "expired" });
  if (cancelAskedAt !== undefined) found.push({ after: cancelAskedAt + CANCEL_GRACE_MS, state: "canceled" });
  return found;
}

/** A task that is over has no offer and waits for nothing. */
export function ended(task: Standing, state: Standing["state"]): Standing {
  const { startBy: _, ...rest } = withoutOffer(task);
  return { ...rest, state };
}

/** The task without its offer, which stays known as done with. */
export function withoutOffer(task: Standing): Standing {
  const { offer, ...rest } = task;
  return offer === undefined ? rest : { ...rest, closedOffers: [...task.closedOffers, offer.uri] };
}
