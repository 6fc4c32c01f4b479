import { MemoryObject } from "../memory/memory-object.ts";
import type { CredentialsApi } from "./credentials-api.ts";

/** What proves who may act for the account: passwords, app passwords, tokens sent by mail. */
export abstract class CredentialsObject<Env> extends MemoryObject<Env> implements CredentialsApi {}
