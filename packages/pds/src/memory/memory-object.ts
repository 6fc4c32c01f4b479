import { ReachObject } from "../reach/reach-object.ts";
import type { MemoryApi } from "./memory-api.ts";

/** What the agent remembers. */
export abstract class MemoryObject<Env> extends ReachObject<Env> implements MemoryApi {}
