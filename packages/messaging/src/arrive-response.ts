import { type Arrival, type Decision, type Rooms, accepted, decisionOf, held, refused } from "./arrival.ts";
import { keepEarlyResponse } from "./early.ts";
import { type Json, type Ref, countAt, errorAt, refAt, textAt, timeAt } from "./fields.ts";
import { DEADLINE_GRACE } from "./limits.ts";
import type { Task } from "./task.ts";
import { move } from "./tasks.ts";

/** What a worker says of a task of ours: it counts when the task is with that worker, goes on, and can be in that state next. */
export const arriveResponse = (rooms: Rooms, { uri, cid, author, record }: Arrival): Decision => {
  const request = refAt(record, "request");
  const task = request && rooms.ledger.get("requester", request.uri);
  if (request === undefined || task === undefined) return refused("there is no such task of ours");
  const id = task.standing.uri;
  if (task.response?.uri === uri) return accepted(id);
  const at = timeOf(task, timeAt(record, "createdAt"), rooms.ports.now());
  const event = { kind: "response", by: author, at, cid: request.cid, state: textAt(record, "state") ?? "" } as const;
  const outcome = move(rooms, task, event, (moved) => noteResponse(moved, record, { uri, cid }));
  if (outcome.kind === "refused" && author !== task.standing.worker && keepEarlyResponse(rooms.ports, { uri, cid, event, record: notedOf(record) }))
    return held("its author has accepted a handoff that is not here", id);
  return decisionOf(outcome, id);
};

/** What `noteResponse` looks at, and nothing of the length that its author chose. */
const notedOf = (record: Json): Json => ({ progress: countAt(record, "progress"), error: errorAt(record) });

/** Keep what a response says besides the state. */
export const noteResponse = (task: Task, record: Json, response: Ref): void => {
  const [progress, error] = [countAt(record, "progress"), errorAt(record)];
  task.response = response;
  if (progress !== undefined) task.progress = progress;
  if (error !== undefined) task.error = error;
};

/**
 * The time at which a response counts: a moment on the way is granted, and one that was written in time, for the deadline or the time to begin by, and took longer
 * counts as in time as long as the task is not decided.
 */
const timeOf = ({ standing: { deadline, startBy, state } }: Task, writtenAt: number | undefined, now: number): number => {
  const end = Math.min(deadline ?? Number.POSITIVE_INFINITY, (state === "submitted" ? startBy : undefined) ?? Number.POSITIVE_INFINITY);
  if (now <= end) return now;
  const isInTime = now <= end + DEADLINE_GRACE || (writtenAt !== undefined && writtenAt <= end);
  return isInTime ? end : now;
};
