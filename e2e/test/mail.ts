import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A mail of a local colony, as it lies in the folder. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  template: string;
  fields: { token?: string };
  sentAt: string;
}

/** All mails of a local colony, the oldest first. @param folder its state folder. */
export const mailsOf = (folder: string): Mail[] => {
  const box = join(folder, "mail");
  if (!existsSync(box)) return [];
  const files = readdirSync(box).filter((name) => name.endsWith(".json")).toSorted();
  return files.map((name): Mail => JSON.parse(readFileSync(join(box, name), "utf8")));
};

/** Those to an address. */
export const mailsTo = (folder: string, address: string): Mail[] => mailsOf(folder).filter(({ to }) => to === address);

/** The code that a person would copy out of the newest mail to an address. @throws Error when there is none. */
export const codeTo = (folder: string, address: string): string => {
  const code = /^[A-Z2-7]{5}-[A-Z2-7]{5}$/m.exec(mailsTo(folder, address).at(-1)?.text ?? "")?.[0];
  if (code === undefined) throw new Error(`no mail with a code to ${address}`);
  return code;
};
