import * as xrpc from "@rookery/pds";
import { rateRules } from "../door/rate.ts";
import type { AnyRoute } from "../door/route.ts";
import { refreshIdentity, resolveDid, resolveIdentity } from "../handles/resolve-identity.ts";
import { updateAccountHandle, updateHandle } from "../handles/update-handle.ts";
import { deleteAccountByAdmin } from "../standing/delete-account.ts";
import { getAccountInfo, getAccountInfos, searchAccounts } from "../standing/get-account-infos.ts";
import { procedure, query } from "./rows.ts";

/** Whether accounts take part, handles, and the administrator of the host. */
export const standingRoutes: AnyRoute[] = [
  procedure("com.atproto.server.activateAccount", { session: "full", body: "none", handler: xrpc.activateAccount }),
  procedure("com.atproto.server.deactivateAccount", { session: "full", takendown: true, handler: xrpc.deactivateAccount }),
  query("com.atproto.server.checkAccountStatus", { access: "agent", handler: xrpc.checkAccountStatus }),

  procedure("com.atproto.identity.updateHandle", { rate: [rateRules.global, rateRules.updateHandle, rateRules.updateHandleDay], handler: updateHandle }),
  query("com.atproto.identity.resolveDid", { handler: resolveDid }),
  query("com.atproto.identity.resolveIdentity", { handler: resolveIdentity }),
  procedure("com.atproto.identity.refreshIdentity", { access: "public", rate: [rateRules.global, rateRules.refreshIdentity], handler: refreshIdentity }),

  procedure("com.atproto.admin.updateSubjectStatus", { access: "moderator", handler: xrpc.updateSubjectStatus }),
  query("com.atproto.admin.getSubjectStatus", { access: "moderator", handler: xrpc.getSubjectStatus }),
  query("com.atproto.admin.getAccountInfo", { access: "moderator", handler: getAccountInfo }),
  query("com.atproto.admin.getAccountInfos", { access: "moderator", handler: getAccountInfos }),
  query("com.atproto.admin.searchAccounts", { access: "moderator", handler: searchAccounts }),
  procedure("com.atproto.admin.deleteAccount", { access: "admin", handler: deleteAccountByAdmin }),
  procedure("agent.network.suspendAgent", { access: "admin", handler: xrpc.suspendAgent }),
  procedure("com.atproto.admin.updateAccountHandle", { access: "admin", handler: updateAccountHandle }),
];
