import { type Outcome, atprotoKeyOf, fail, ok, pdsEndpointOf } from "@rookery/sync";
import type { IdentityDesk } from "./identity-desk.ts";

/** What of a DID document decides whether its account is here. */
interface Claims {
  /** Of a did:plc alone. */
  rotationKeys?: string[];
  endpoint: string | undefined;
  signingKey: string | undefined;
}

/** See {@link HostIdentity.assertValidDidDocument}. */
export const assertValidDidDocument = async (desk: IdentityDesk, did: string): Promise<Outcome<null>> => {
  const claims = await (did.startsWith("did:plc:") ? claimsOfPlc(desk, did) : claimsOfDocument(desk, did));
  // It may have been changed elsewhere, by its owner or another host: what is remembered here is not told after this was seen.
  desk.forget(did);
  if (!claims.ok) return claims;
  const { rotationKeys, endpoint, signingKey } = claims.value;
  if (rotationKeys !== undefined && !(await desk.rotation.dids()).some((own) => rotationKeys.includes(own)))
    return fail(400, "InvalidRequest", "Server rotation key not included in PLC DID data");
  if (endpoint !== desk.origin) return fail(400, "InvalidRequest", "DID document atproto_pds service endpoint does not match PDS public url");
  const own = await desk.agent(did).getIdentity();
  if (!own.ok) return own;
  if (signingKey !== own.value.signingKey) return fail(400, "InvalidRequest", "DID document verification method does not match expected signing key");
  return ok(null);
};

const NO_DOCUMENT = fail(400, "InvalidRequest", "Could not resolve DID");

/** From the directory's log rather than its document, which tells no rotation keys. */
const claimsOfPlc = async ({ plc }: IdentityDesk, did: string): Promise<Outcome<Claims>> => {
  const data = await plc.data(did);
  if (!data.ok) return data;
  if (data.value === undefined) return NO_DOCUMENT;
  const { rotationKeys, services, verificationMethods } = data.value;
  return ok({ rotationKeys, endpoint: services.atproto_pds?.endpoint, signingKey: verificationMethods.atproto });
};

const claimsOfDocument = async ({ resolve }: IdentityDesk, did: string): Promise<Outcome<Claims>> => {
  try {
    const document = await resolve(did);
    return document === undefined ? NO_DOCUMENT : ok({ endpoint: pdsEndpointOf(document), signingKey: atprotoKeyOf(document) });
  } catch (error) {
    return fail(503, "DidUnavailable", error instanceof Error ? error.message : String(error));
  }
};
