import { StandingObject } from "../standing/standing-object.ts";
import type { PreferencesApi } from "./preferences-api.ts";

/** What applications keep with the account, and the tokens it is known by at other services. */
export abstract class PreferencesObject<Env> extends StandingObject<Env> implements PreferencesApi {}
