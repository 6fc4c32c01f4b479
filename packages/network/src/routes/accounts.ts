import * as xrpc from "@rookery/pds";
import { deleteAccount } from "../credentials/delete-account.ts";
import { requestPasswordReset, resetPassword, updateAccountPassword } from "../credentials/passwords.ts";
import { rateRules } from "../door/rate.ts";
import type { AnyRoute } from "../door/route.ts";
import { createInviteCode, createInviteCodes } from "../invites/create-invite-codes.ts";
import { disableAccountInvites, disableInviteCodes, enableAccountInvites } from "../invites/disable-invites.ts";
import { getAccountInviteCodes } from "../invites/get-account-invite-codes.ts";
import { getInviteCodes } from "../invites/get-invite-codes.ts";
import { procedure, query } from "./rows.ts";

/** Credentials, mail and invitations: what com.atproto.server.* asks of an account. */
export const accountRoutes: AnyRoute[] = [
  query("com.atproto.server.describeServer", { handler: xrpc.describeServer }),
  procedure("com.atproto.server.createSession", { rate: [rateRules.global, rateRules.createSession, rateRules.createSessionDay], access: "public", handler: xrpc.createSession }),
  procedure("com.atproto.server.refreshSession", { access: "refresh", body: "none", handler: xrpc.refreshSession }),
  procedure("com.atproto.server.deleteSession", { access: "refresh-or-expired", body: "none", handler: xrpc.deleteSession }),
  query("com.atproto.server.getSession", { access: "agent", handler: xrpc.getSession }),
  procedure("com.atproto.server.createAccount", {
    access: "optional-or-service",
    rate: [rateRules.global, rateRules.createAccount],
    handler: xrpc.createAccount,
  }),

  procedure("com.atproto.server.createAppPassword", { session: "full", handler: xrpc.createAppPassword }),
  query("com.atproto.server.listAppPasswords", { access: "agent", handler: xrpc.listAppPasswords }),
  procedure("com.atproto.server.revokeAppPassword", { handler: xrpc.revokeAppPassword }),

  procedure("com.atproto.server.requestEmailConfirmation", { rate: [rateRules.global, rateRules.requestEmailConfirmation, rateRules.requestEmailConfirmationDay], body: "none", handler: xrpc.requestEmailConfirmation }),
  procedure("com.atproto.server.confirmEmail", { handler: xrpc.confirmEmail }),
  procedure("com.atproto.server.requestEmailUpdate", { rate: [rateRules.global, rateRules.requestEmailUpdate, rateRules.requestEmailUpdateDay], session: "full", body: "none", handler: xrpc.requestEmailUpdate }),
  procedure("com.atproto.server.updateEmail", { session: "full", handler: xrpc.updateEmail }),
  procedure("com.atproto.server.requestPasswordReset", { rate: [rateRules.global, rateRules.requestPasswordReset, rateRules.requestPasswordResetDay], access: "public", handler: requestPasswordReset }),
  procedure("com.atproto.server.resetPassword", { rate: [rateRules.global, rateRules.resetPassword], access: "public", handler: resetPassword }),
  procedure("com.atproto.server.requestAccountDelete", { rate: [rateRules.global, rateRules.requestAccountDelete, rateRules.requestAccountDeleteDay], session: "full", body: "none", handler: xrpc.requestAccountDelete }),
  procedure("com.atproto.server.deleteAccount", { rate: [rateRules.global, rateRules.deleteAccount], access: "public", handler: deleteAccount }),

  procedure("com.atproto.server.createInviteCode", { access: "admin", handler: createInviteCode }),
  procedure("com.atproto.server.createInviteCodes", { access: "admin", handler: createInviteCodes }),
  query("com.atproto.server.getAccountInviteCodes", { access: "agent", session: "full", handler: getAccountInviteCodes }),
  query("com.atproto.admin.getInviteCodes", { access: "moderator", handler: getInviteCodes }),
  procedure("com.atproto.admin.disableInviteCodes", { access: "moderator", handler: disableInviteCodes }),
  procedure("com.atproto.admin.disableAccountInvites", { access: "moderator", handler: disableAccountInvites }),
  procedure("com.atproto.admin.enableAccountInvites", { access: "moderator", handler: enableAccountInvites }),

  procedure("com.atproto.admin.sendEmail", { access: "moderator", handler: xrpc.sendEmail }),
  procedure("com.atproto.admin.updateAccountEmail", { access: "admin", handler: xrpc.updateAccountEmail }),
  procedure("com.atproto.admin.updateAccountPassword", { access: "admin", handler: updateAccountPassword }),

  query("com.atproto.temp.checkSignupQueue", { access: "agent", handler: xrpc.checkSignupQueue }),
];
