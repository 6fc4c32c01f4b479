import { type Handler, MAX_NEW_PASSWORD, answer, empty, hashChosenPassword, hashMailToken, invalid } from "@rookery/pds";
import { fail } from "@rookery/sync";
import { envOf, provisioningOf } from "../host/host.ts";
import { MailRegistry } from "./mail-registry.ts";

const isTooLong = (password: string): boolean => password.length > MAX_NEW_PASSWORD || password.length === 0;

/** com.atproto.server.requestPasswordReset: a token to an account's address, and to no other. */
export const requestPasswordReset: Handler = async ({ input, host }) => {
  const { email } = input as { email: string };
  const row = await provisioningOf(host).registry.byEmail(email);
  if (row?.state !== "active") return invalid("account does not have an email address");
  const made = await host.agent(row.did).createMailToken({ purpose: "reset_password", inStanding: false });
  if (!made.ok) return made.error;
  const { token, handle, email: to } = made.value;
  await new MailRegistry(envOf(host).DB).noteReset(row.did, hashMailToken(token));
  return answer(await host.mailer.send({ to, template: "resetPassword", fields: { token, handle } }), empty);
};

/** com.atproto.server.resetPassword: the token says whose. Its sessions end, those of app passwords too. */
export const resetPassword: Handler = async ({ input, host }) => {
  const { token, password } = input as { token: string; password: string };
  if (isTooLong(password)) return invalid("Invalid password length.");
  const resets = new MailRegistry(envOf(host).DB);
  const did = await resets.accountOfReset(hashMailToken(token));
  if (did === undefined || (await host.find(did)) === undefined) return fail(400, "InvalidToken", "Token is invalid").error;
  const done = await host.agent(did).resetPassword({ token, passwordHash: await hashChosenPassword(password) });
  if (done.ok) await resets.forgetReset(did);
  return answer(done, empty);
};

/** com.atproto.admin.updateAccountPassword. The account's sessions end. */
export const updateAccountPassword: Handler = async ({ input, host }) => {
  const { did, password } = input as { did: string; password: string };
  if (isTooLong(password)) return invalid("Invalid password length.");
  if ((await host.find(did)) === undefined) return invalid(`Account not found: ${did}`);
  return answer(await host.agent(did).setCredential({ passwordHash: await hashChosenPassword(password) }), empty);
};
