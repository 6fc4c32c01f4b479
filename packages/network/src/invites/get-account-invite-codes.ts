import { type Handler, fault, isFault, json, ownAccount } from "@rookery/pds";
import { configOf } from "../config.ts";
import { envOf } from "../host/host.ts";
import { earnedCodes } from "./earned.ts";
import { newCodes } from "./invite-code.ts";
import { type InviteCode, InviteStore } from "./invite-store.ts";

/** com.atproto.server.getAccountInviteCodes: what the caller may give away; what it has earned meanwhile is made now. */
export const getAccountInviteCodes: Handler = async (call) => {
  const { includeUsed, createAvailable } = call.params as { includeUsed: boolean; createAvailable: boolean };
  const agent = await ownAccount(call);
  if (isFault(agent)) return agent;
  const account = await agent.stub.getAccount();
  if (!account.ok) return account.error;
  const { did, status } = account.value;
  if (status === "takendown" || status === "suspended") return fault(401, "AccountTakedown", "Account has been taken down");
  const env = envOf(call.host);
  const { invites, openRegistration } = configOf(env);
  const store = new InviteStore(env.DB);
  const [found, inviter] = await Promise.all([store.ofAccounts([did]), store.inviterOf(did)]);
  // The reference does not find accounts here that are deactivated.
  if (inviter === undefined || status !== undefined) return fault(400, "NotFound", "Account not found");
  const earned = createAvailable && !openRegistration && invites !== undefined ? earnedCodes(found, inviter.createdAt, invites, Date.now()) : 0;
  const made = newCodes(call.host.origin, earned, { available: 1, disabled: inviter.disabled, forAccount: did, createdBy: did });
  if (made.length > 0 && !(await store.create(made, { did, count: found.length })))
    return fault(400, "DuplicateCreate", "attempted to create additional codes in another request");
  const all: InviteCode[] = [...found, ...made.map((code) => ({ ...code, uses: [] }))];
  return json({ codes: all.filter(({ disabled, uses, available }) => !disabled && (includeUsed || uses.length < available)) });
};
