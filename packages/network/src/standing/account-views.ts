import type { AgentApi } from "@rookery/pds";
import type { InviteCode, InviteStore } from "../invites/invite-store.ts";
import type { ListedAccount } from "./account-list.ts";

/** com.atproto.admin.defs#accountView, as the reference fills it. */
export interface AccountInfo {
  did: string;
  handle: string;
  email?: string;
  indexedAt: string;
  emailConfirmedAt?: string;
  invitedBy?: unknown;
  invites: unknown[];
  invitesDisabled: boolean;
  deactivatedAt?: string;
}

/** Accounts asked for their own word at a time. */
const AT_ONCE = 16;

/** What a moderator is shown of accounts. Each is asked for what only its object knows. */
export const accountViews = async (accounts: ListedAccount[], invites: InviteStore, agent: (did: string) => AgentApi): Promise<AccountInfo[]> => {
  const dids = accounts.map(({ did }) => did);
  const [codes, inviters] = await Promise.all([invites.ofAccounts(dids), invites.inviters(dids)]);
  const views: AccountInfo[] = [];
  for (let at = 0; at < accounts.length; at += AT_ONCE)
    views.push(...(await Promise.all(accounts.slice(at, at + AT_ONCE).map((account) => viewOf(account, codes, inviters.get(account.did), agent)))));
  return views;
};

const viewOf = async (account: ListedAccount, codes: InviteCode[], invitedBy: InviteCode | undefined, agent: (did: string) => AgentApi): Promise<AccountInfo> => {
  const { did, handle, email, created_at, deactivated_at, invites_disabled } = account;
  const own = await agent(did).getAccount();
  return {
    did,
    handle,
    ...(email === null ? {} : { email }),
    indexedAt: new Date(created_at).toISOString(),
    ...(own.ok && own.value.emailConfirmedAt !== undefined ? { emailConfirmedAt: own.value.emailConfirmedAt } : {}),
    ...(invitedBy === undefined ? {} : { invitedBy }),
    invites: codes.filter(({ forAccount }) => forAccount === did),
    invitesDisabled: invites_disabled === 1,
    ...(deactivated_at === null ? {} : { deactivatedAt: deactivated_at }),
  };
};
