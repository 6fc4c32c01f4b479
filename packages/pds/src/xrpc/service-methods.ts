import { ids } from "@rookery/lexicon-agent-comms";

/** NSIDs as a set; methods are taken case-insensitively, as in the reference, so that no spelling is a way around it. */
class Methods {
  readonly #known: Set<string>;

  constructor(nsids: readonly string[]) {
    this.#known = new Set(nsids.map((nsid) => nsid.toLowerCase()));
  }

  has(nsid: string): boolean {
    return this.#known.has(nsid.toLowerCase());
  }
}

/** Methods that concern the account itself: called here and directly, never passed on and never by a service JWT (reference: PROTECTED_METHODS). */
export const PROTECTED_METHODS = new Methods([
  ids.ComAtprotoAdminSendEmail,
  ids.ComAtprotoIdentityRequestPlcOperationSignature,
  ids.ComAtprotoIdentitySignPlcOperation,
  ids.ComAtprotoIdentityUpdateHandle,
  ids.ComAtprotoServerActivateAccount,
  ids.ComAtprotoServerConfirmEmail,
  ids.ComAtprotoServerCreateAppPassword,
  ids.ComAtprotoServerDeactivateAccount,
  ids.ComAtprotoServerGetAccountInviteCodes,
  ids.ComAtprotoServerGetSession,
  ids.ComAtprotoServerListAppPasswords,
  ids.ComAtprotoServerRequestAccountDelete,
  ids.ComAtprotoServerRequestEmailConfirmation,
  ids.ComAtprotoServerRequestEmailUpdate,
  ids.ComAtprotoServerRevokeAppPassword,
  ids.ComAtprotoServerUpdateEmail,
]);

/** Direct messages, and moving away: not for plain app passwords (reference: PRIVILEGED_METHODS). */
export const PRIVILEGED_METHODS = new Methods([
  "chat.bsky.actor.deleteAccount",
  "chat.bsky.actor.exportAccountData",
  "chat.bsky.convo.deleteMessageForSelf",
  "chat.bsky.convo.getConvo",
  "chat.bsky.convo.getConvoForMembers",
  "chat.bsky.convo.getLog",
  "chat.bsky.convo.getMessages",
  "chat.bsky.convo.leaveConvo",
  "chat.bsky.convo.listConvos",
  "chat.bsky.convo.muteConvo",
  "chat.bsky.convo.sendMessage",
  "chat.bsky.convo.sendMessageBatch",
  "chat.bsky.convo.unmuteConvo",
  "chat.bsky.convo.updateRead",
  ids.ComAtprotoServerCreateAccount,
]);
