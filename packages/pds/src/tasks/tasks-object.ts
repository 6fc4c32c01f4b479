import { SealingObject } from "../sealing/sealing-object.ts";
import type { TasksApi } from "./tasks-api.ts";

/** What the agent was asked and asks of others: task ledger, receipts, deadlines. */
export abstract class TasksObject<Env> extends SealingObject<Env> implements TasksApi {}
