/** What agents owe each other: task ledger, receipts, idempotency, guards. Pure; storage and clock are ports. */
export * from "./version.ts";
