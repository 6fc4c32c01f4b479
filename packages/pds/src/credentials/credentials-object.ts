import { type Outcome, ok } from "@rookery/sync";
import { MemoryObject } from "../memory/memory-object.ts";
import { TAKEN_DOWN, isTakenDown } from "../sessions/login.ts";
import { type AppPassword, createAppPassword, listAppPasswords, revokeAppPassword } from "./app-passwords.ts";
import type { CredentialsApi, TokenToMail } from "./credentials-api.ts";
import { changeEmail, checkDeletion, confirmEmail, requestEmailUpdate, requestPasswordReset, resetPassword, setEmail, tokenToMail } from "./mail-changes.ts";
import type { MailPurpose } from "./mail-tokens.ts";

/** What proves who may act for the account: passwords, app passwords, tokens sent by mail. */
export abstract class CredentialsObject<Env> extends MemoryObject<Env> implements CredentialsApi {
  createAppPassword(input: { name: string; privileged: boolean }): Promise<Outcome<AppPassword & { password: string }>> {
    return this.with((state) => (isTakenDown(state) ? TAKEN_DOWN : createAppPassword(state.sql, state.account.did, input)));
  }

  listAppPasswords(): Promise<Outcome<AppPassword[]>> {
    return this.with(({ sql }) => ok(listAppPasswords(sql)));
  }

  revokeAppPassword({ name }: { name: string }): Promise<Outcome<null>> {
    return this.with(({ sql, storage, sockets }) => {
      storage.transactionSync(() => revokeAppPassword(sql, name));
      // A socket does not know which session it began with.
      sockets.end("an app password was revoked");
      return ok(null);
    });
  }

  createMailToken({ purpose, inStanding }: { purpose: MailPurpose; inStanding: boolean }): Promise<Outcome<TokenToMail>> {
    return this.with((state) => (inStanding && isTakenDown(state) ? TAKEN_DOWN : tokenToMail(state, purpose)));
  }

  confirmEmail(input: { email: string; token: string }): Promise<Outcome<null>> {
    return this.with((state) => confirmEmail(state, input));
  }

  requestEmailUpdate(): Promise<Outcome<TokenToMail | null>> {
    return this.with((state) => requestEmailUpdate(state));
  }

  updateEmail(input: { email: string; token?: string }): Promise<Outcome<null>> {
    return this.with((state) => changeEmail(state, input));
  }

  setEmail({ email }: { email: string }): Promise<Outcome<null>> {
    return this.with((state) => setEmail(state, email));
  }

  requestPasswordReset(): Promise<Outcome<TokenToMail>> {
    return this.with((state) => requestPasswordReset(state));
  }

  resetPassword(input: { token: string; passwordHash: string }): Promise<Outcome<null>> {
    return this.with((state) => {
      const done = resetPassword(state, input);
      if (done.ok) state.sockets.end("the password was reset");
      return done;
    });
  }

  checkDeletion(input: { password: string; token: string; ip?: string }): Promise<Outcome<null>> {
    return this.with((state) => checkDeletion(state, input));
  }
}
