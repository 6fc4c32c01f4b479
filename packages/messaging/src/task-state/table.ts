import type { TaskState } from "@rookery/lexicon-agent-comms";

const open: readonly TaskState[] = ["working", "input-required", "auth-required"];
const final: readonly TaskState[] = ["completed", "failed", "canceled", "rejected", "expired"];

/** Where a worker's word may lead from each state: anywhere, but not back to where nothing had begun, and from the end nowhere. */
const next: Record<TaskState, readonly TaskState[]> = {
  submitted: ["submitted", ...open, ...final],
  working: [...open, ...final],
  "input-required": [...open, ...final],
  "auth-required": [...open, ...final],
  completed: [],
  failed: [],
  canceled: [],
  rejected: [],
  expired: [],
};

/** Whether a task may go from one state to another by its worker's word. A worker need not say `submitted` before it says `completed`. */
export const mayFollow = (from: TaskState, to: TaskState): boolean => next[from].includes(to);
