import { type Handler, MAX_NEW_PASSWORD, answer, empty, fault, hashMailToken, hashNewPassword, invalid } from "@rookery/pds";
import { provisioningOf } from "../host/host.ts";

const isBadLength = (password: string): boolean => password.length > MAX_NEW_PASSWORD || password.length === 0;

/** com.atproto.server.requestPasswordReset: a token to an account's address, and to no other. */
export const requestPasswordReset: Handler = async ({ input, host }) => {
  const { email } = input as { email: string };
  const row = await provisioningOf(host).registry.byEmail(email);
  if (row?.state !== "active") return invalid("account does not have an email address");
  const made = await host.agent(row.did).requestPasswordReset();
  if (!made.ok) return made.error;
  const { token, handle, email: to } = made.value;
  return answer(await host.mailer.send({ to, template: "resetPassword", fields: { token, handle } }), empty);
};

/** com.atproto.server.resetPassword: the token says whose. Its sessions end, those of app passwords too. */
export const resetPassword: Handler = async ({ input, host }) => {
  const { token, password } = input as { token: string; password: string };
  if (isBadLength(password)) return invalid("Invalid password length.");
  const did = await provisioningOf(host).registry.accountOfReset(hashMailToken(token));
  if (did === undefined || (await host.find(did)) === undefined) return fault(400, "InvalidToken", "Token is invalid");
  const hash = await hashNewPassword(password);
  return hash.ok ? answer(await host.agent(did).resetPassword({ token, passwordHash: hash.value }), empty) : hash.error;
};

/** com.atproto.admin.updateAccountPassword. The account's sessions end. */
export const updateAccountPassword: Handler = async ({ input, host }) => {
  const { did, password } = input as { did: string; password: string };
  if (isBadLength(password)) return invalid("Invalid password length.");
  if ((await host.find(did)) === undefined) return invalid(`Account not found: ${did}`);
  const hash = await hashNewPassword(password);
  return hash.ok ? answer(await host.agent(did).setCredential({ passwordHash: hash.value }), empty) : hash.error;
};
