import { IdentityObject } from "../identity/identity-object.ts";
import type { ImportApi } from "./import-api.ts";

/** A repository that comes from another host. */
export abstract class ImportObject<Env> extends IdentityObject<Env> implements ImportApi {}
