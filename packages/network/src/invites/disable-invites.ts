import { type Handler, empty, invalid } from "@rookery/pds";
import { envOf } from "../host/host.ts";
import { InviteStore } from "./invite-store.ts";

/** com.atproto.admin.disableInviteCodes: these codes, and all of these accounts. What there is none of is no error. */
export const disableInviteCodes: Handler = async ({ input, host }) => {
  const { codes = [], accounts = [] } = input as { codes?: string[]; accounts?: string[] };
  if (accounts.includes("admin")) return invalid("cannot disable admin invite codes");
  await new InviteStore(envOf(host).DB).disable(codes, accounts);
  return empty();
};

const settingInvites = (disabled: boolean): Handler => async ({ input, host }) => {
  const { account } = input as { account: string };
  return (await new InviteStore(envOf(host).DB).setDisabled(account, disabled)) ? empty() : invalid(`Account not found: ${account}`);
};

/** com.atproto.admin.disableAccountInvites: codes that come to this account by itself are void from the start. */
export const disableAccountInvites: Handler = settingInvites(true);

/** com.atproto.admin.enableAccountInvites: they are good again, those to come. */
export const enableAccountInvites: Handler = settingInvites(false);
