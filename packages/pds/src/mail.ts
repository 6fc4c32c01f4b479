import type { Outcome } from "@rookery/sync";

/**
 * A mail, by what it is for. `token` is to be copied out of the mail by its reader (credentials/mail-tokens.ts); `moderation`
 * is what the admin has to say, in words of their own.
 */
export type Mail =
  | { to: string; template: "confirmEmail" | "updateEmail" | "deleteAccount" | "plcOperation"; fields: { token: string } }
  | { to: string; template: "resetPassword"; fields: { token: string; handle: string } }
  | { to: string; template: "moderation"; fields: { subject: string; content: string } };

/** How a host sends mail to the owners of its accounts. */
export interface Mailer {
  /** Hand the mail over. Errors: MailUnavailable (503) when it could not be, or the host has no way to send any. */
  send(mail: Mail): Promise<Outcome<null>>;
}
