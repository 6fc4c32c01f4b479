/** Thrown by a handler that will not do a task, or take one over: its requester is told that it was rejected, and why. */
export class RefusedError extends Error {
  override name = "RefusedError";
  /** For programs: one of agent.comms.defs#error's codes, or one of the author's own. */
  readonly code: string;

  /** @param reason in words, for the requester. */
  constructor(reason: string, code = "not-allowed") {
    super(reason);
    this.code = code;
  }
}

/** Why a task's signal is aborted: the requester took it back, or its deadline has passed. Thrown on, it needs no answer. */
export class TaskStoppedError extends Error {
  override name = "TaskStoppedError";
  readonly why: "canceled" | "expired" | "closed";

  constructor(why: "canceled" | "expired" | "closed") {
    super({ canceled: "The requester has canceled the task", expired: "The deadline of the task has passed", closed: "The agent was closed" }[why]);
    this.why = why;
  }
}
