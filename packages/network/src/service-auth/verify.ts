import { createHash } from "node:crypto";
import { type DidCache, type XrpcFault, keyOf } from "@rookery/sync";
import { isFault } from "@rookery/pds";
import { verifyTokenSignature } from "./signature.ts";
import { type ServiceClaims, readServiceToken, refused } from "./token.ts";
import type { UsedTokens } from "./used-tokens.ts";

/** Under what circumstances a service JWT is good. */
export interface ServiceAuthRules {
  /** DID of this host; `#atproto_pds` may follow it in the token, any other fragment is another service's. */
  audience: string;
  /** NSID of the method that is called: the token must name it. */
  lxm: string;
  dids: Pick<DidCache, "resolve">;
  /** Tokens that were taken before: each is good once. */
  nonces: Pick<UsedTokens, "use">;
  /** Who may speak at all, each a DID or a DID with its service; when absent every account may, for itself. */
  issuers?: readonly string[];
  /** Milliseconds since 1970. */
  now?: number;
}

/** A service JWT that holds. */
export interface ServiceToken {
  /** DID that signed it. */
  did: string;
  lxm: string;
  /** Under what it was noted as used: {@link UsedTokens.release} when the call it was for came to nothing. */
  id: string;
}

/** The fragment under which a DID document names the account's host; after our DID it is still us (AT Protocol, "aud"). */
const PDS_SERVICE = "#atproto_pds";

/**
 * Verify a service JWT, in the order and with the names of the reference (xrpc-server `auth.ts`, pds `auth-verifier.ts`); all
 * refusals are 401. Beyond it: a token is good once, by its `jti` or else by what it says, and expires within the hour.
 *
 * @see https://atproto.com/specs/xrpc#inter-service-authentication-jwt
 */
export const verifyServiceJwt = async (token: string, rules: ServiceAuthRules): Promise<ServiceToken | XrpcFault> => {
  const now = rules.now ?? Date.now();
  const claims = readServiceToken(token, now);
  if (isFault(claims)) return claims;
  const wrong = judge(claims, rules) ?? (await verifySigner(claims, rules)) ?? judgeAudience(claims, rules.audience);
  if (wrong !== undefined) return wrong;
  const [did = ""] = claims.iss.split("#");
  const id = identityOf(claims);
  const use = await rules.nonces.use(id, did, claims.exp * 1000, now);
  if (use === "used") return refused("JwtReplayed", "jwt was used before");
  if (use === "too-many") return { status: 429, name: "RateLimitExceeded", message: `too many service tokens of ${did} at once` };
  return { did, lxm: rules.lxm, id };
};

const judge = ({ lxm, iss }: ServiceClaims, rules: ServiceAuthRules): XrpcFault | undefined => {
  if (lxm !== rules.lxm) {
    return refused("BadJwtLexiconMethod", `${lxm === undefined ? "missing" : "bad"} jwt lexicon method ("lxm"). must match: ${rules.lxm}`);
  }
  if (rules.issuers !== undefined) return rules.issuers.includes(iss) ? undefined : refused("UntrustedIss", "Untrusted issuer");
  // A service that speaks for a DID has a key of its own, which is not the account's.
  return iss.includes("#") ? refused("BadJwtIss", "jwt iss is not a valid did") : undefined;
};

const judgeAudience = ({ aud }: ServiceClaims, audience: string): XrpcFault | undefined =>
  aud === audience || aud === audience + PDS_SERVICE ? undefined : refused("BadJwtAudience", "jwt audience does not match service did");

/** The signature, by the key remembered and, if that does not fit, once more by the key that is published now. */
const verifySigner = async (claims: ServiceClaims, { dids }: ServiceAuthRules): Promise<XrpcFault | undefined> => {
  const known = await keyOfIssuer(dids, claims.iss, false);
  if (isFault(known)) return known;
  if (await holds(claims, known)) return undefined;
  const fresh = await keyOfIssuer(dids, claims.iss, true);
  if (isFault(fresh)) return fresh;
  if (fresh !== known && (await holds(claims, fresh))) return undefined;
  return refused("BadJwtSignature", "jwt signature does not match jwt issuer");
};

const holds = ({ signed, signature, alg }: ServiceClaims, key: string): Promise<boolean> => verifyTokenSignature(signed, signature, key, alg);

const keyOfIssuer = async (dids: Pick<DidCache, "resolve">, iss: string, fresh: boolean): Promise<string | XrpcFault> => {
  const [did = "", service] = iss.split("#");
  const document = await documentOf(dids, did, fresh);
  if (document === undefined) return refused("AuthenticationRequired", "could not resolve iss did");
  return keyOf(document, service === "atproto_labeler" ? "#atproto_label" : "#atproto") ?? refused("AuthenticationRequired", "missing or bad key in did doc");
};

/** A document that cannot be had now is none: whoever calls tries again, and a stranger's directory is no error of ours. */
const documentOf = async (dids: Pick<DidCache, "resolve">, did: string, fresh: boolean): Promise<unknown> => {
  try {
    return await dids.resolve(did, { fresh });
  } catch {
    return undefined;
  }
};

/** What two copies of a token have in common: its `jti` or, without one, everything it says. The signature is malleable. */
const identityOf = ({ iss, jti, signed }: ServiceClaims): string =>
  createHash("sha256").update(jti === undefined ? `signed ${signed}` : `jti ${iss} ${jti}`).digest("base64url");
