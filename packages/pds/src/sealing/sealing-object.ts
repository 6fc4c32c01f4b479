import { type Outcome, fail } from "@rookery/sync";
import { KeysObject } from "../keys/keys-object.ts";
import type { OpenedAt, RecordAt, Revoked, RevokeInput, SealingApi, SendInput } from "./sealing-api.ts";

const NOT_YET = fail(501, "MethodNotImplemented", "Not there yet");

/** What is sealed and opened inside the agent: sending, reading, sharing. */
export abstract class SealingObject<Env> extends KeysObject<Env> implements SealingApi {
  send(_: SendInput): Promise<Outcome<RecordAt>> {
    return this.with(() => NOT_YET);
  }

  open(_: { uri: string; grant?: string }): Promise<Outcome<OpenedAt>> {
    return this.with(() => NOT_YET);
  }

  share(_: { uri: string; to: string }): Promise<Outcome<RecordAt>> {
    return this.with(() => NOT_YET);
  }

  revoke(_: RevokeInput): Promise<Outcome<Revoked>> {
    return this.with(() => NOT_YET);
  }

  makePublic(_: { uri: string }): Promise<Outcome<RecordAt>> {
    return this.with(() => NOT_YET);
  }
}
