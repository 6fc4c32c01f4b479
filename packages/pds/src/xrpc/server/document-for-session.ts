import { pdsOf } from "@rookery/sync";
import type { Host } from "../host.ts";

/**
 * The DID document that goes with a session; undefined while it names another host. Clients take their host from it
 * (`@atproto/api` does), and one that moves an account here would bring its records to the old one.
 */
export const documentForSession = async (host: Host, did: string): Promise<unknown> => {
  const document = await host.didDocument(did);
  return pdsOf(document) === host.origin ? document : undefined;
};
