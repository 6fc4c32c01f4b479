import type { Mail } from "@rookery/pds";
import type { Env } from "../env.ts";
import type { Letter } from "./letter.ts";

/** A letter on its way, with what it was made of: whoever is a program reads that. */
export type Posted = Letter & { from?: string } & Omit<Mail, "to">;

/** A way to send mail. @throws Error when it did not take it. */
export type Transport = (posted: Posted) => Promise<void>;

/** How long whoever takes mails by HTTP may think about one. */
const PATIENCE_MS = 10_000;

const asJson = (posted: Posted): RequestInit => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(posted) });

const expectOk = async (where: string, answer: Response): Promise<void> => {
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${where} answered ${answer.status}`);
};

/** All the ways that this environment has: Cloudflare's, the folder of a local colony, and a URL. */
export const transportsOf = ({ EMAIL, MAILBOX, MAIL_URL, MAIL_FROM }: Env): Transport[] => {
  const ways: Transport[] = [];
  if (EMAIL !== undefined) {
    if (!MAIL_FROM) throw new Error("MAIL_FROM is not set: the EMAIL binding sends in the name of an address of yours");
    ways.push(async ({ to, subject, text, html }) => void (await EMAIL.send({ from: MAIL_FROM, to, subject, text, html })));
  }
  if (MAILBOX !== undefined) ways.push(async (posted) => expectOk("the mail folder", await MAILBOX.fetch("http://mailbox/", asJson(posted))));
  if (MAIL_URL) {
    const { origin } = new URL(MAIL_URL);
    ways.push(async (posted) => expectOk(origin, await fetch(MAIL_URL, { ...asJson(posted), redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS) })));
  }
  return ways;
};
