import { randomText } from "@rookery/pds";
import type { NewCode } from "./invite-store.ts";

/** A code behind the colony's host name, its dots made dashes so that nobody takes it for a link: `colony-example-com-abcde-fghij`. */
const codeText = (origin: string): string => `${new URL(origin).hostname.replaceAll(".", "-")}-${randomText(10, 5)}`;

/** So many codes of 50 random bits each. */
export const newCodes = (origin: string, count: number, of: Omit<NewCode, "code" | "createdAt">, now = new Date()): NewCode[] =>
  Array.from({ length: count }, () => ({ ...of, code: codeText(origin), createdAt: now.toISOString() }));
