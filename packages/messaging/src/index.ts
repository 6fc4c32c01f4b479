/** What agents owe each other: tasks, receipts, idempotency, guards. Pure; storage and clock are ports. */
export * from "./version.ts";
export { type Offer, offerOf, type Placed, type Standing, standingOfHandoff, standingOfRequest, time } from "./state/standing.ts";
export type { RefusalCode, TaskEvent, Turn, TurnOutcome } from "./state/event.ts";
export { dueAt } from "./state/clock.ts";
export { mayFollow } from "./state/table.ts";
export { turn } from "./state/turn.ts";
export * from "./state/guard-limits.ts";
