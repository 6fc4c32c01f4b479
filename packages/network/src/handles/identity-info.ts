import { type Host, didOfHandle } from "@rookery/pds";
import { type DidCache, type Outcome, fail, handleOf, ok } from "@rookery/sync";
import type { PlcClient } from "../provisioning/plc-client.ts";

/** com.atproto.identity.defs#identityInfo. */
export interface IdentityInfo {
  did: string;
  /** `handle.invalid` unless the DID claims it and it leads back. */
  handle: string;
  didDoc: Record<string, unknown>;
}

/** What identities are looked up with. */
export interface IdentitySources {
  dids: DidCache;
  plc: PlcClient;
  host: Pick<Host, "find" | "handleDomains" | "foreignHandle">;
}

/** What the AT Protocol shows for a handle that does not check (specs/handle). */
const INVALID_HANDLE = "handle.invalid";

/** The DID's document. Errors: DidNotFound, DidDeactivated (400); DidUnavailable (503) when it cannot be told now. */
export const documentOf = async ({ dids, plc }: IdentitySources, did: string, fresh: boolean): Promise<Outcome<Record<string, unknown>>> => {
  try {
    const document = await dids.resolve(did, { fresh });
    if (typeof document === "object" && document !== null) return ok({ ...document });
    const last = did.startsWith("did:plc:") ? await plc.last(did) : ok(undefined);
    if (!last.ok) return fail(503, "DidUnavailable", last.error.message);
    return last.value?.type === "plc_tombstone" ? fail(400, "DidDeactivated", `DID has been deactivated: ${did}`) : fail(400, "DidNotFound", `DID not found: ${did}`);
  } catch (error) {
    return fail(503, "DidUnavailable", error instanceof Error ? error.message : String(error));
  }
};

/** Both ways: from a handle or a DID to the document, and from what that claims back. Errors: those of `documentOf`; HandleNotFound (400). */
export const identityInfo = async (sources: IdentitySources, identifier: string, fresh: boolean): Promise<Outcome<IdentityInfo>> => {
  const isDid = identifier.startsWith("did:");
  const did = isDid ? identifier : await didOfHandle(sources.host, identifier.toLowerCase());
  if (did === undefined) return fail(400, "HandleNotFound", `Unable to resolve handle: ${identifier}`);
  const document = await documentOf(sources, did, fresh);
  if (!document.ok) return document;
  const claimed = handleOf(document.value);
  const leadsBack = claimed !== undefined && ((!isDid && claimed === identifier.toLowerCase()) || (await didOfHandle(sources.host, claimed)) === did);
  return ok({ did, handle: leadsBack ? claimed : INVALID_HANDLE, didDoc: document.value });
};
