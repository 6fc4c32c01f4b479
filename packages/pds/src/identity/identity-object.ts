import { PreferencesObject } from "../preferences/preferences-object.ts";
import type { IdentityApi } from "./identity-api.ts";

/** The account's keys and what its DID document says of them. */
export abstract class IdentityObject<Env> extends PreferencesObject<Env> implements IdentityApi {}
