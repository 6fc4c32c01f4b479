import type { XrpcFault } from "@rookery/sync";
import { MAX_NEW_PASSWORD } from "../../credentials/limits.ts";
import { randomText } from "../../credentials/random-text.ts";
import { isAcceptable } from "../../credentials/mail-address.ts";
import { type Call, type Handler, fault, invalid, json } from "../call.ts";

interface Input {
  email?: string;
  handle: string;
  did?: string;
  inviteCode?: string;
  password?: string;
  recoveryKey?: string;
  plcOp?: unknown;
}

/** What is wrong with the input itself, in the reference's order and words. The admin needs no invitation and no mail address. */
const refuse = ({ caller, host }: Call, { email, password, inviteCode, plcOp }: Input): XrpcFault | undefined => {
  const isAdmin = caller.kind === "admin";
  if (plcOp !== undefined) return invalid('Unsupported input: "plcOp"');
  if (password !== undefined && password.length > MAX_NEW_PASSWORD) return invalid(`Password too long. Maximum length is ${MAX_NEW_PASSWORD} characters.`);
  if (!host.openRegistration && !inviteCode && !isAdmin) return fault(400, "InvalidInviteCode", "No invite code provided");
  if (!email) return isAdmin ? undefined : invalid("Email is required");
  return isAcceptable(email) ? undefined : invalid("This email address is not supported, please use a different email.");
};

/** The same question to whoever brings a DID: is it theirs? */
const holds = ({ caller }: Call, did: string): boolean => caller.kind === "admin" || (caller.kind === "service" && caller.did === did);

/** What an account begins with. An Idempotency-Key counts for those who can show next time that it is theirs: by the password, or as the admin. */
const credentialOf = ({ caller, request }: Call, { password }: Input): { password?: string; idempotencyKey?: string } => {
  const idempotencyKey = request.headers.get("idempotency-key");
  const isBound = Boolean(password) || caller.kind === "admin";
  return { ...(password ? { password } : {}), ...(idempotencyKey === null || !isBound ? {} : { idempotencyKey }) };
};

/**
 * com.atproto.server.createAccount: of an account that begins here, or of one that comes with its DID, which its holder shows by
 * service auth. Whoever chooses no password gets a session, and has mail to choose one later.
 */
export const createAccount: Handler = async (call) => {
  const { host, caller } = call;
  const input = call.input as Input;
  const refused = refuse(call, input);
  if (refused !== undefined) return refused;
  const { did, email, inviteCode, recoveryKey } = input;
  const account = {
    handle: input.handle,
    ...(email ? { email } : {}),
    ...(inviteCode ? { inviteCode } : {}),
    allowReserved: caller.kind === "admin",
  };
  if (did !== undefined && !holds(call, did)) return fault(401, "AuthenticationRequired", `Missing auth to create account with did: ${did}`);
  const made = await (did === undefined
    ? host.createAccount({ ...account, ...credentialOf(call, input), ...(recoveryKey === undefined ? {} : { recoveryKey }) })
    : host.adoptAccount({ ...account, did, password: input.password || randomText(32, 4) }));
  if (!made.ok) return made.error;
  const grant = await host.agent(made.value.did).startSession();
  if (!grant.ok) return grant.error;
  const [tokens, didDoc] = await Promise.all([host.tokens.mint(grant.value), host.didDocument(made.value.did)]);
  return json({ handle: made.value.handle, did: made.value.did, didDoc, ...tokens });
};
