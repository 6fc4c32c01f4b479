import { webDidOrigin } from "@rookery/sync";
import { UnreachableError, fetchJson } from "../federation/fetch-json.ts";
import { fieldsOf } from "../federation/fields.ts";
import type { IdentityDesk } from "./identity-desk.ts";

/** Whether a did:web's domain leads to this colony, which then serves its document: what answers there is this host. */
export const isServedHere = async ({ hostDid, isLoopback, fetch }: IdentityDesk, did: string): Promise<boolean> => {
  const at = webDidOrigin(did, isLoopback);
  if (at === undefined) return false;
  try {
    const answer = await fetchJson(fetch, `${at.origin}/xrpc/com.atproto.server.describeServer`);
    return answer.ok && fieldsOf(answer.json)?.["did"] === hostDid;
  } catch (error) {
    // Its document was found a moment ago, so this is a place for documents and no host.
    if (error instanceof UnreachableError) return false;
    throw error;
  }
};
