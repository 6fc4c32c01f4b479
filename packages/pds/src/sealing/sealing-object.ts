import type { Outcome } from "@rookery/sync";
import { KeysObject } from "../keys/keys-object.ts";
import { inTurn } from "./in-turn.ts";
import { makePublic } from "./make-public.ts";
import { open } from "./open.ts";
import { revoke } from "./revoke.ts";
import type { OpenedAt, RecordAt, Revoked, RevokeInput, SealingApi, SendInput } from "./sealing-api.ts";
import { send } from "./send.ts";
import { share } from "./share.ts";

/** What is sealed and opened inside the agent: sending, reading, sharing. */
export abstract class SealingObject<Env> extends KeysObject<Env> implements SealingApi {
  send(input: SendInput): Promise<Outcome<RecordAt>> {
    return this.withKeys((state) => send(state, input));
  }

  open(input: { uri: string; grant?: string }): Promise<Outcome<OpenedAt>> {
    return this.withKeys((state) => open(state, input));
  }

  share(input: { uri: string; to: string }): Promise<Outcome<RecordAt>> {
    return this.withKeys((state) => inTurn(state, () => share(state, input)));
  }

  revoke(input: RevokeInput): Promise<Outcome<Revoked>> {
    return this.withKeys((state) => inTurn(state, () => revoke(state, input)));
  }

  makePublic(input: { uri: string }): Promise<Outcome<RecordAt>> {
    return this.withKeys((state) => inTurn(state, () => makePublic(state, input)));
  }
}
