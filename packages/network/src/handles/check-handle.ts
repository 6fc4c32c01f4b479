import { InvalidHandleError, isValidTld, normalizeAndEnsureValidHandle } from "@atproto/syntax";
import { type AllowReserved, hasOffensiveWord } from "@rookery/pds";
import { fail, ok, type Outcome } from "@rookery/sync";
import { isReservedName } from "./reserved-names.ts";

/** Lengths of the label in front of the colony's domain (the reference's service constraints). */
const MIN = 3;
const MAX = 18;

/** A handle in its normal form (lower case), if it is one at all and may be used in the network; the admin may use any. Errors: InvalidHandle. */
export const normalHandle = (asked: string, allowAny: boolean): Outcome<string> => {
  try {
    const handle = normalizeAndEnsureValidHandle(asked);
    if (!isValidTld(handle)) return fail(400, "InvalidHandle", "Handle TLD is invalid or disallowed");
    return !allowAny && hasOffensiveWord(handle) ? fail(400, "InvalidHandle", "Inappropriate language in handle") : ok(handle);
  } catch (error) {
    if (error instanceof InvalidHandleError) return fail(400, "InvalidHandle", error.message);
    throw error;
  }
};

/** Whether a handle in its normal form is under one of the colony's own domains. */
export const isOwnHandle = (handle: string, domains: readonly string[]): boolean => domains.some((domain) => handle.endsWith(domain));

/**
 * The handle, normalised, if this colony can give it out. Words and order are the reference's (packages/pds/src/handle).
 * Errors: InvalidHandle, UnsupportedDomain, HandleNotAvailable (reserved).
 */
export const checkHandle = (asked: string, domains: readonly string[], allowReserved: AllowReserved): Outcome<string> => {
  const normal = normalHandle(asked, allowReserved === true);
  if (!normal.ok) return normal;
  const handle = normal.value;
  const domain = domains.find((one) => handle.endsWith(one));
  if (domain === undefined) return fail(400, "UnsupportedDomain", "Not a supported handle domain");
  const name = handle.slice(0, -domain.length);
  if (name.includes(".")) return fail(400, "InvalidHandle", "Invalid characters in handle");
  if (name.length < MIN) return fail(400, "InvalidHandle", "Handle too short");
  if (name.length > MAX) return fail(400, "InvalidHandle", "Handle too long");
  if (allowReserved !== true && isReservedName(name, allowReserved === "words")) return fail(400, "HandleNotAvailable", "Reserved handle");
  return ok(handle);
};
