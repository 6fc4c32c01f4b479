import { type Outcome, ok } from "@rookery/sync";
import { MemoryObject } from "../memory/memory-object.ts";
import { TAKEN_DOWN, isTakenDown } from "../sessions/login.ts";
import { type AppPassword, createAppPassword, listAppPasswords, revokeAppPassword } from "./app-passwords.ts";
import type { CredentialsApi } from "./credentials-api.ts";

/** What proves who may act for the account: passwords, app passwords, tokens sent by mail. */
export abstract class CredentialsObject<Env> extends MemoryObject<Env> implements CredentialsApi {
  createAppPassword(input: { name: string; privileged: boolean }): Promise<Outcome<AppPassword & { password: string }>> {
    return this.with((state) => (isTakenDown(state) ? TAKEN_DOWN : createAppPassword(state.sql, state.account.did, input)));
  }

  listAppPasswords(): Promise<Outcome<AppPassword[]>> {
    return this.with(({ sql }) => ok(listAppPasswords(sql)));
  }

  revokeAppPassword({ name }: { name: string }): Promise<Outcome<null>> {
    return this.with(({ sql, storage }) => {
      storage.transactionSync(() => revokeAppPassword(sql, name));
      return ok(null);
    });
  }
}
