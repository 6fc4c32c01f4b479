import type { Rooms } from "./arrival.ts";
import { DEADLINE_GRACE, OVERSLEPT, OVERSLEPT_WAIT } from "./limits.ts";
import type { Task } from "./task.ts";
import { move, nextOf, refOf } from "./tasks.ts";

/** Do what is due by the clock in every task in hand. Returns when something is due next, in milliseconds since 1970. */
export const tickTasks = (rooms: Rooms): number | undefined => {
  const now = rooms.ports.now();
  let next: number | undefined;
  for (const task of rooms.ledger.open()) {
    const due = nextOf(task);
    if (due !== undefined && due <= now) tickTask(rooms, task, due, now);
    const again = rooms.ledger.isOpen(task) ? nextOf(task) : undefined;
    if (again !== undefined) next = Math.min(next ?? again, again);
  }
  return next;
};

const tickTask = (rooms: Rooms, task: Task, due: number, now: number): void => {
  if (task.role === "worker") return tickWorker(rooms, task, now);
  // A deadline that was slept through: what was sent meanwhile is waited for.
  if (task.decideAt === undefined && now - due > OVERSLEPT) {
    task.decideAt = now + OVERSLEPT_WAIT;
    rooms.ledger.put(task);
    return;
  }
  if (task.decideAt !== undefined) {
    delete task.decideAt;
    rooms.ledger.put(task);
  }
  move(rooms, task, { kind: "tick", at: now - DEADLINE_GRACE });
};

/** The requester is told why it will not be done any more: by who was responsible, not by who was only asked to take over. */
const tickWorker = (rooms: Rooms, task: Task, now: number): void => {
  const { ports, answers } = rooms;
  move(rooms, task, { kind: "tick", at: now });
  const { state, worker, requester } = task.standing;
  if (worker === ports.did && (state === "expired" || state === "canceled")) answers.response(state, refOf(task), requester, task.sealed, task.error);
};
