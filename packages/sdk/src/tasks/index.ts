export type { HandoffDetails, HandoffResult, Job } from "./job.ts";
export type { HandoffHandler, Offer } from "./offers.ts";
export type { Completed, NotCompleted, TaskOutcome } from "./outcome.ts";
export { RefusedError, TaskStoppedError } from "./refused-error.ts";
export type { RequestOptions } from "./requests.ts";
export type { AnswerInput, SentTask } from "./sent-task.ts";
export type { RequestHandler, RequestHandlers, WorkerOptions } from "./worker.ts";
