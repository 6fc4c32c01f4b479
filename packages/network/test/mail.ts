import { env } from "cloudflare:test";

/** A mail as the colony posts it. */
export interface Posted {
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  template: string;
  fields: { token?: string; handle?: string };
}

/** Mails to this address so far, the oldest first. */
export const mailsTo = async (address: string): Promise<Posted[]> => (await fetch(`${env.MAIL_URL}?${new URLSearchParams({ to: address })}`)).json();

/** The token of the newest mail to this address, which must be of this kind. */
export const tokenTo = async (address: string, template: string): Promise<string> => {
  const mail = (await mailsTo(address)).at(-1);
  if (mail?.template !== template || mail.fields.token === undefined) throw new Error(`the newest mail to ${address} is ${mail?.template ?? "none"}, not ${template}`);
  return mail.fields.token;
};
