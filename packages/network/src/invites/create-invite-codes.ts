import { type Handler, invalid, json } from "@rookery/pds";
import { envOf } from "../host/host.ts";
import { newCodes } from "./invite-code.ts";
import { InviteStore } from "./invite-store.ts";
import { MAX_CODES_AT_ONCE } from "./limits.ts";

/** com.atproto.server.createInviteCode: one code, the admin's own to give away or an account's. */
export const createInviteCode: Handler = async ({ input, host }) => {
  const { useCount, forAccount = "admin" } = input as { useCount: number; forAccount?: string };
  const codes = newCodes(host.origin, 1, { available: useCount, disabled: false, forAccount, createdBy: "admin" });
  await new InviteStore(envOf(host).DB).create(codes);
  return json({ code: codes[0]?.code });
};

/** com.atproto.server.createInviteCodes: so many codes for each account. */
export const createInviteCodes: Handler = async ({ input, host }) => {
  const { codeCount, useCount, forAccounts = ["admin"] } = input as { codeCount: number; useCount: number; forAccounts?: string[] };
  if (codeCount < 0 || codeCount * forAccounts.length > MAX_CODES_AT_ONCE) return invalid(`codeCount times accounts must be 0 to ${MAX_CODES_AT_ONCE}, is ${codeCount * forAccounts.length}`);
  const made = forAccounts.map((account) => ({
    account,
    codes: newCodes(host.origin, codeCount, { available: useCount, disabled: false, forAccount: account, createdBy: "admin" }),
  }));
  await new InviteStore(envOf(host).DB).create(made.flatMap(({ codes }) => codes));
  return json({ codes: made.map(({ account, codes }) => ({ account, codes: codes.map(({ code }) => code) })) });
};
