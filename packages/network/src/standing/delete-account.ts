import { type Handler, answer, empty } from "@rookery/pds";
import { provisioningOf } from "../host/host.ts";

/**
 * com.atproto.admin.deleteAccount: account, repository and blobs go, and the world is told; the DID is its owner's and stays as it is.
 * Who is not here is deleted already, as in the reference.
 */
export const deleteAccountByAdmin: Handler = async ({ input, host }) => {
  const { did } = input as { did: string };
  if ((await host.find(did)) === undefined) return empty();
  return answer(await provisioningOf(host).destroy({ actor: did, plc: "keep" }), empty);
};
