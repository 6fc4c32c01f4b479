import type { AccountIdentity } from "@rookery/pds";

/** The DID document of an account whose did:web is a domain that leads here: the colony writes it from what the account's object says. */
export const accountDocument = ({ did, handle, signingKey }: AccountIdentity, origin: string): Record<string, unknown> => ({
  "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
  id: did,
  alsoKnownAs: [`at://${handle}`],
  verificationMethod: [{ id: `${did}#atproto`, type: "Multikey", controller: did, publicKeyMultibase: signingKey.slice("did:key:".length) }],
  service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: origin }],
});
