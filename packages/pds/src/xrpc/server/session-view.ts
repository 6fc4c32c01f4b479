import type { SessionGrant } from "../../agent-api.ts";
import { type Call, json } from "../call.ts";
import { documentForSession } from "./document-for-session.ts";

/** The answer of createSession and refreshSession: both tokens, and who they are for. */
export const sessionView = async ({ host }: Call, grant: SessionGrant): Promise<Response> => {
  const [tokens, didDoc] = await Promise.all([host.tokens.mint(grant), documentForSession(host, grant.did)]);
  return json({
    ...tokens,
    did: grant.did,
    didDoc,
    handle: grant.handle,
    email: grant.email,
    emailConfirmed: grant.emailConfirmed,
    active: grant.active,
    status: grant.status,
  });
};
