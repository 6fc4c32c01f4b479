import type { Outcome } from "@rookery/sync";
import type { AppPassword } from "./app-passwords.ts";
import type { MailPurpose } from "./mail-tokens.ts";

/** A token, and where it is to be sent. */
export interface TokenToMail {
  token: string;
  /** The account's mail address. */
  email: string;
  handle: string;
}

/** What proves who may act for the account: passwords, app passwords, tokens sent by mail. Part of the agent's RPC surface. */
export interface CredentialsApi {
  /** A new app password, in clear this once. Errors: AccountTakedown, InvalidRequest (name taken, too many). */
  createAppPassword(input: { name: string; privileged: boolean }): Promise<Outcome<AppPassword & { password: string }>>;
  listAppPasswords(): Promise<Outcome<AppPassword[]>>;
  /** End an app password and its sessions. An unknown name is no error. */
  revokeAppPassword(input: { name: string }): Promise<Outcome<null>>;

  /**
   * A token to be sent by mail; the one before for the same purpose is void. With `inStanding`, not for an account that was taken
   * down. Errors: AccountTakedown, InvalidRequest (no mail address).
   */
  createMailToken(input: { purpose: MailPurpose; inStanding: boolean }): Promise<Outcome<TokenToMail>>;
  /** The address is the owner's. Errors: AccountTakedown, InvalidEmail, InvalidToken, ExpiredToken. */
  confirmEmail(input: { email: string; token: string }): Promise<Outcome<null>>;
  /** A token to mail if one is needed to change the address: when it is known to be the owner's. Errors: AccountTakedown, InvalidRequest. */
  requestEmailUpdate(): Promise<Outcome<TokenToMail | null>>;
  /**
   * Another address, not known to be the owner's; what was sent to the old one is void. Errors: AccountTakedown, TokenRequired,
   * InvalidToken, ExpiredToken, InvalidRequest (it is another account's), RegistryUnavailable (it is gone through with later).
   */
  updateEmail(input: { email: string; token?: string }): Promise<Outcome<null>>;
  /** The same by the admin, who needs no token. Errors: InvalidRequest, RegistryUnavailable. */
  setEmail(input: { email: string }): Promise<Outcome<null>>;
  /** A token to mail for a new password; the registry knows whose it is. Errors: InvalidRequest (no mail address). */
  requestPasswordReset(): Promise<Outcome<TokenToMail>>;
  /** A new password by the token that was mailed, which is spent; all sessions end. Errors: InvalidToken, ExpiredToken. */
  resetPassword(input: { token: string; passwordHash: string }): Promise<Outcome<null>>;
  /** Whether the owner asks for the account to be deleted: its own password, and the token that was mailed. Errors: AuthenticationRequired, RateLimitExceeded, InvalidToken, ExpiredToken. */
  checkDeletion(input: { password: string; token: string; ip?: string }): Promise<Outcome<null>>;
}
