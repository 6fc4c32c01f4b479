import { TasksObject } from "../tasks/tasks-object.ts";
import type { ReachApi } from "./reach-api.ts";

/** Who reaches the agent and how it hears of it: inbox policy, sockets, webhooks, progress. */
export abstract class ReachObject<Env> extends TasksObject<Env> implements ReachApi {}
