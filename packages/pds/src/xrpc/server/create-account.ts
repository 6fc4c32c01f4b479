import { type Handler, fault, invalid, json } from "../call.ts";

interface Input {
  email?: string;
  handle: string;
  did?: string;
  inviteCode?: string;
  password?: string;
  recoveryKey?: string;
  plcOp?: unknown;
}

/** Longest password that can be chosen (the reference's limit). */
const MAX_PASSWORD = 256;

/** Longest e-mail address (RFC 5321); matching takes the square of its length. */
const MAX_EMAIL = 254;

const isEmail = (text: string): boolean => text.length <= MAX_EMAIL && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);

/** com.atproto.server.createAccount. Without open registration only the admin may; accounts do not move in yet. */
export const createAccount: Handler = async ({ input, caller, host, request }) => {
  const { email, handle, did, password, recoveryKey, plcOp } = input as Input;
  if (!host.openRegistration && caller.kind !== "admin")
    return fault(400, "InvalidInviteCode", "No invite code provided: this colony's admin provisions its agents");
  if (did !== undefined) return invalid(`Accounts that exist elsewhere cannot be brought here: ${did}`);
  if (plcOp !== undefined) return invalid('Unsupported input: "plcOp"');
  if (password === undefined || password.length === 0) return fault(400, "InvalidPassword", "Password is required");
  if (password.length > MAX_PASSWORD)
    return fault(400, "InvalidPassword", `Password too long. Maximum length is ${MAX_PASSWORD} characters.`);
  if (email !== undefined && !isEmail(email))
    return invalid(`This email address is not supported, please use a different email: ${email.slice(0, MAX_EMAIL)}`);
  const idempotencyKey = request.headers.get("idempotency-key");
  const made = await host.createAccount({
    handle,
    password,
    ...(email === undefined ? {} : { email }),
    ...(recoveryKey === undefined ? {} : { recoveryKey }),
    ...(idempotencyKey === null ? {} : { idempotencyKey }),
    allowReserved: caller.kind === "admin",
  });
  if (!made.ok) return made.error;
  const grant = await host.agent(made.value.did).startSession();
  if (!grant.ok) return grant.error;
  const [tokens, didDoc] = await Promise.all([host.tokens.mint(grant.value), host.didDocument(made.value.did)]);
  return json({ ...tokens, handle: made.value.handle, did: made.value.did, didDoc });
};
