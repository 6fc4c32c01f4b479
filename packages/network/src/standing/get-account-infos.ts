import { type Handler, type Host, fault, invalid, json } from "@rookery/pds";
import { envOf } from "../host/host.ts";
import { InviteStore } from "../invites/invite-store.ts";
import { AccountList, type ListedAccount } from "./account-list.ts";
import { type AccountInfo, accountViews } from "./account-views.ts";

/** DIDs that one call may ask about. */
const MAX_DIDS = 100;

const viewsOf = (host: Host, accounts: ListedAccount[]): Promise<AccountInfo[]> => accountViews(accounts, new InviteStore(envOf(host).DB), (did) => host.agent(did));

/** com.atproto.admin.getAccountInfo */
export const getAccountInfo: Handler = async ({ params, host }) => {
  const { did } = params as { did: string };
  const [view] = await viewsOf(host, await new AccountList(envOf(host).DB).ofDids([did]));
  return view === undefined ? fault(400, "NotFound", "Account not found") : json(view);
};

/** com.atproto.admin.getAccountInfos: those that are here; the others are left out. */
export const getAccountInfos: Handler = async ({ params, host }) => {
  const { dids } = params as { dids: string[] };
  if (dids.length > MAX_DIDS) return invalid(`dids: at most ${MAX_DIDS}, got ${dids.length}`);
  return json({ infos: await viewsOf(host, await new AccountList(envOf(host).DB).ofDids(dids)) });
};

/** com.atproto.admin.searchAccounts: by part of an e-mail address, or all; in the order of their DIDs. */
export const searchAccounts: Handler = async ({ params, host }) => {
  const { email, cursor = "", limit } = params as { email?: string; cursor?: string; limit: number };
  const found = await new AccountList(envOf(host).DB).search({ after: cursor, limit, ...(email === undefined ? {} : { email }) });
  const last = found.length < limit ? undefined : found.at(-1)?.did;
  return json({ cursor: last, accounts: await viewsOf(host, found) });
};
