import type { Outcome } from "@rookery/sync";
import type { AppPassword } from "./app-passwords.ts";

/** What proves who may act for the account: passwords, app passwords, tokens sent by mail. Part of the agent's RPC surface. */
export interface CredentialsApi {
  /** A new app password, in clear this once. Errors: AccountTakedown, InvalidRequest (name taken, too many). */
  createAppPassword(input: { name: string; privileged: boolean }): Promise<Outcome<AppPassword & { password: string }>>;
  listAppPasswords(): Promise<Outcome<AppPassword[]>>;
  /** End an app password and its sessions. An unknown name is no error. */
  revokeAppPassword(input: { name: string }): Promise<Outcome<null>>;
}
