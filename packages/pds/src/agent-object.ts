import type { AgentApi } from "./agent-api.ts";
import { ImportObject } from "./import/import-object.ts";

/** One agent, whole: each room adds its methods to the object of the room before it. */
export abstract class AgentObject<Env> extends ImportObject<Env> implements AgentApi {}
