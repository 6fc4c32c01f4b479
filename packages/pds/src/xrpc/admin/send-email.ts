import { type Handler, invalid, json } from "../call.ts";

interface Input {
  recipientDid: string;
  content: string;
  subject?: string;
}

/** com.atproto.admin.sendEmail: the admin's words, as HTML, to the owner of an account. */
export const sendEmail: Handler = async ({ input, host }) => {
  const { recipientDid, content, subject = "Message via your PDS" } = input as Input;
  if ((await host.find(recipientDid)) === undefined) return invalid("Recipient not found");
  const account = await host.agent(recipientDid).getAccount();
  if (!account.ok) return account.error;
  if (account.value.email === undefined) return invalid("account does not have an email address");
  const sent = await host.mailer.send({ to: account.value.email, template: "moderation", fields: { subject, content } });
  return sent.ok ? json({ sent: true }) : sent.error;
};
