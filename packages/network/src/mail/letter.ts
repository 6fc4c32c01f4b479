import type { Mail } from "@rookery/pds";

/** A mail as it is sent. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/**
 * What each mail asks of its reader: subject and title (the reference's, which readers and their filters look for), what was asked
 * for, and what the code is for.
 */
const WORDS = {
  confirmEmail: {
    subject: "Email Confirmation", title: "Confirm your email", asked: "Somebody, probably you, gave this address for the account",
    next: "To show that it is yours, enter this code",
  },
  updateEmail: {
    subject: "Email Update Requested", title: "Update your email", asked: "Somebody, probably you, wants to give another email address for the account",
    next: "To go on, enter this code together with the new address",
  },
  resetPassword: {
    subject: "Password Reset Requested", title: "Reset password", asked: "Somebody, probably you, wants a new password for the account",
    next: "To choose one, enter this code",
  },
  deleteAccount: {
    subject: "Account Deletion Requested", title: "Delete your account", asked: "Somebody, probably you, wants to delete the account, with all that is in it",
    next: "To permanently delete your account, enter this code together with your password",
  },
  plcOperation: {
    subject: "PLC Update Operation Requested", title: "Change of your identity", asked: "We received a request to update your PLC entry, which names keys, host and handle of the account",
    next: "If you are sure, enter this code",
  },
} as const;

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const paragraphs = (lines: string[]): Pick<Letter, "text" | "html"> => ({
  text: `${lines.join("\n\n")}\n`,
  html: lines.map((line) => `<p>${escape(line).replaceAll("\n", "<br>")}</p>`).join("\n"),
});

/** Put a mail into words. `host` is the name of the colony. What the admin writes is sent as HTML, as in the reference. */
export const letterOf = (mail: Mail, host: string): Letter => {
  if (mail.template === "moderation") {
    const { subject, content } = mail.fields;
    return { to: mail.to, subject, text: textOf(content), html: content };
  }
  const { subject, title, asked, next } = WORDS[mail.template];
  const whose = mail.template === "resetPassword" ? `@${mail.fields.handle}` : `at ${host} that belongs to ${mail.to}`;
  const lines = [`${asked} ${whose}.`, `${next}:`, mail.fields.token, "It is good for 15 minutes. If it was not you, do nothing: without the code nothing changes."];
  const { text, html } = paragraphs(lines);
  return { to: mail.to, subject, text: `${title}\n\n${text}`, html: `<h1>${escape(title)}</h1>\n${html}` };
};

/** The text of HTML, roughly: for readers that show none. */
const textOf = (html: string): string =>
  html.replace(/<(?:br|\/p|\/div|\/h[1-6]|\/li)[^<>]*>/gi, "\n").replace(/<[^<>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&").trim();
