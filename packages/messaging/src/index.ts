/** What agents owe each other: tasks, receipts, idempotency, guards. Pure; storage and clock are ports. */
export * from "./version.ts";
export { type Offer, offerOf, type Placed, type Standing, standingOfHandoff, standingOfRequest, time } from "./task-state/standing.ts";
export type { RefusalCode, TaskEvent, Turn, TurnOutcome } from "./task-state/event.ts";
export { dueAt } from "./task-state/clock.ts";
export { mayFollow } from "./task-state/table.ts";
export { turn } from "./task-state/turn.ts";
export * from "./task-state/guard-limits.ts";
