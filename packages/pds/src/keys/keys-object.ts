import { AccountObject } from "../account-object.ts";
import type { KeysApi } from "./keys-api.ts";

/** The agent's encryption keys: made, published, rotated, taken over by their owner. */
export abstract class KeysObject<Env> extends AccountObject<Env> implements KeysApi {}
