import { KeysObject } from "../keys/keys-object.ts";
import type { SealingApi } from "./sealing-api.ts";

/** What is sealed and opened inside the agent: sending, reading, sharing. */
export abstract class SealingObject<Env> extends KeysObject<Env> implements SealingApi {}
