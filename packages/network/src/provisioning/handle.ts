import { isValidHandle } from "@atproto/syntax";
import { fail, ok, type Outcome } from "@rookery/sync";
import { isReservedName } from "./reserved-names.ts";

/** Lengths of the label in front of the colony's domain (the reference's service constraints). */
const MIN = 3;
const MAX = 18;

/**
 * The handle, normalised, if this colony can give it out.
 * Errors: InvalidHandle, UnsupportedDomain, HandleNotAvailable (reserved).
 */
export const checkHandle = (asked: string, domains: string[], allowReserved: boolean): Outcome<string> => {
  const handle = asked.toLowerCase();
  if (!isValidHandle(handle)) return fail(400, "InvalidHandle", `Not a valid handle: ${asked}`);
  const domain = domains.find((one) => handle.endsWith(one));
  if (domain === undefined)
    return fail(400, "UnsupportedDomain", `Not a supported handle domain: ${asked}; this colony gives out ${domains.join(", ")}`);
  const name = handle.slice(0, -domain.length);
  if (name.includes(".")) return fail(400, "InvalidHandle", `Invalid characters in handle: ${asked}`);
  if (name.length < MIN) return fail(400, "InvalidHandle", `Handle too short: ${asked} (at least ${MIN} characters before ${domain})`);
  if (name.length > MAX) return fail(400, "InvalidHandle", `Handle too long: ${asked} (at most ${MAX} characters before ${domain})`);
  if (!allowReserved && isReservedName(name)) return fail(400, "HandleNotAvailable", `Reserved handle: ${asked}`);
  return ok(handle);
};
