import type { Mail, Mailer } from "@rookery/pds";
import { fail, ok } from "@rookery/sync";
import { letterOf } from "./letter.ts";
import type { Transport } from "./transports.ts";

/** What the mailer says of itself. */
interface Sender {
  /** Name of the colony, for its readers. */
  host: string;
  /** Address that the mails come from, if there is one. */
  from: string | undefined;
}

/** Sends by every way there is; each must have taken it. What goes wrong is said in the log, and to the caller only that it did. */
export const mailerBy = (ways: Transport[], { host, from }: Sender): Mailer => ({
  send: async (mail: Mail) => {
    if (ways.length === 0) return fail(503, "MailUnavailable", "This colony sends no mail: it was given no way to");
    const posted = { ...letterOf(mail, host), template: mail.template, fields: mail.fields, ...(from ? { from } : {}) };
    const sent = await Promise.allSettled(ways.map((way) => way(posted)));
    const failed = sent.find((one) => one.status === "rejected");
    if (failed === undefined) return ok(null);
    console.error(JSON.stringify({ event: "mail-failed", template: mail.template, error: String(failed.reason) }));
    return fail(503, "MailUnavailable", "The mail could not be sent: try again later");
  },
});
