import { CredentialsObject } from "../credentials/credentials-object.ts";
import type { StandingApi } from "./standing-api.ts";

/** Whether the account takes part: deactivated, taken down, suspended, deleted, its handle; and what of it was taken down. */
export abstract class StandingObject<Env> extends CredentialsObject<Env> implements StandingApi {}
