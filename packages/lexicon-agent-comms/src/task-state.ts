/** States of a task: the eight of A2A, and `expired`. How one leads to another is for packages/messaging. */
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

const final: ReadonlySet<TaskState> = new Set(["completed", "failed", "canceled", "rejected", "expired"]);

/** Whether `state` is one that we know. */
export const isTaskState = (state: string): state is TaskState => taskStates.some((known) => known === state);

/** Whether nothing can follow. */
export const isFinal = (state: TaskState): boolean => final.has(state);
