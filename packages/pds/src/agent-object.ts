import type { AgentApi } from "./agent-api.ts";
import { MemoryObject } from "./memory/memory-object.ts";

/** One agent, whole: each room adds its methods to the object of the room before it. */
export abstract class AgentObject<Env> extends MemoryObject<Env> implements AgentApi {}
