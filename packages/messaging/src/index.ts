/** What agents owe each other: tasks, receipts, idempotency, guards. Pure; storage and clock are ports. */
export * from "./version.ts";
export { type Offer, offerOf, type Placed, type Standing, standingOfHandoff, standingOfRequest, time } from "./task-state/standing.ts";
export type { RefusalCode, TaskEvent, Turn, TurnOutcome } from "./task-state/event.ts";
export { dueAt } from "./task-state/clock.ts";
export { turn } from "./task-state/turn.ts";
export { type Account, type Budget, left, openAccount, promise, settle, spend } from "./guards/budget.ts";
export { type DelegationTerms, mayDelegate, mayTakeOn, type TaskSource } from "./guards/delegation.ts";
export type { GuardCode, Guarded } from "./guards/guarded.ts";
export * from "./guards/limits.ts";
export { type Usage, use } from "./guards/usage.ts";

export type { Answer, ReceiptStatus } from "./answers.ts";
export type { Arrival, Decision } from "./arrival.ts";
export { MapStore, type Snapshot } from "./map-store.ts";
export { Messaging } from "./messaging.ts";
export type { Ports, Store } from "./ports.ts";
export type { Outgoing, SendVerdict } from "./sending.ts";
export type { Handover, Role, Task } from "./task.ts";
export { type TaskReport, reportOf } from "./report.ts";
