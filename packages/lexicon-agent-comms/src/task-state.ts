/** States of a task: the eight of A2A, and `expired`. */
export const taskStates = [
  "submitted",
  "working",
  "input-required",
  "auth-required",
  "completed",
  "failed",
  "canceled",
  "rejected",
  "expired",
] as const;

/** One of them. */
export type TaskState = (typeof taskStates)[number];

/** Where each state may lead. A state may always be said again (progress, a repeat), unless it is final. */
const next: Record<TaskState, readonly TaskState[]> = {
  submitted: ["submitted", "working", "input-required", "auth-required", "completed", "failed", "canceled", "rejected", "expired"],
  working: ["working", "input-required", "auth-required", "completed", "failed", "canceled", "expired"],
  "input-required": ["working", "input-required", "auth-required", "completed", "failed", "canceled", "expired"],
  "auth-required": ["working", "input-required", "auth-required", "completed", "failed", "canceled", "expired"],
  completed: [],
  failed: [],
  canceled: [],
  rejected: [],
  expired: [],
};

/** Whether `state` is one that we know. */
export const isTaskState = (state: string): state is TaskState => taskStates.some((known) => known === state);

/** Whether nothing can follow. */
export const isFinal = (state: TaskState): boolean => next[state].length === 0;

/**
 * Whether a task may go from one state to another. `undefined` is a request that nobody has answered yet: any
 * state may be its first, since a worker need not say `submitted` before it says `completed`.
 */
export function mayFollow(from: TaskState | undefined, to: TaskState): boolean {
  return from === undefined || next[from].includes(to);
}
