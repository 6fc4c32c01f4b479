import { type Handler, MAX_OLD_PASSWORD, answer, empty, fault, invalid } from "@rookery/pds";
import { provisioningOf } from "../host/host.ts";

/**
 * com.atproto.server.deleteAccount: by the account's password and the token that was mailed. Repository, blobs and mail go, and
 * the world is told; the DID is its owner's and stays as it is.
 */
export const deleteAccount: Handler = async ({ input, host, ip }) => {
  const { did, password, token } = input as { did: string; password: string; token: string };
  if (password.length > MAX_OLD_PASSWORD) return fault(401, "AuthenticationRequired", "Password too long. Consider resetting your password.");
  if ((await host.find(did)) === undefined) return invalid("account not found");
  const allowed = await host.agent(did).checkDeletion({ password, token, ip });
  if (!allowed.ok) return allowed.error;
  return answer(await provisioningOf(host).destroy({ actor: did, plc: "keep" }), empty);
};
