import type { DidCredentials } from "@rookery/pds";
import { type Outcome, ok } from "@rookery/sync";
import type { IdentityDesk } from "./identity-desk.ts";

/** See {@link HostIdentity.recommended}. */
export const recommendedCredentials = async ({ agent, rotation, origin }: IdentityDesk, did: string): Promise<Outcome<DidCredentials>> => {
  const own = await agent(did).getIdentity();
  if (!own.ok) return own;
  const { handle } = own.value;
  // Who writes the document of a did:web is to write the key that waits for that.
  const signingKey = did.startsWith("did:web:") ? (own.value.nextSigningKey ?? own.value.signingKey) : own.value.signingKey;
  return ok({
    alsoKnownAs: [`at://${handle}`],
    verificationMethods: { atproto: signingKey },
    rotationKeys: await rotation.recommended(),
    services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: origin } },
  });
};
