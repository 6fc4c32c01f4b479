import { SignJWT, errors, jwtVerify } from "jose";
import type { XrpcFault } from "@rookery/sync";
import type { SessionGrant } from "../agent-api.ts";
import { type AccessScope, isAccessScope } from "../sessions/scope.ts";
import { fault } from "./call.ts";

/** Lifetime of an access token in seconds; the reference's two hours. */
const ACCESS_SECONDS = 2 * 60 * 60;

/** Verified access tokens kept per isolate, so that a busy agent's token is not verified on every write. */
const CACHE_SIZE = 4096;

/** What an access token says, once it is verified. */
export interface AccessClaims {
  did: string;
  scope: AccessScope;
  /** End of the token, in seconds since 1970. */
  exp: number;
}

/** Mints and checks the host's legacy session tokens (HS256; `at+jwt` and `refresh+jwt` like the reference). */
export class Tokens {
  readonly #key: Uint8Array;
  readonly #audience: string;
  readonly #verified = new Map<string, AccessClaims>();

  /** @param secret at least 32 bytes. @param audience the host's DID. */
  constructor(secret: Uint8Array, audience: string) {
    if (secret.length < 32) throw new Error("SESSION_SECRET must be at least 32 bytes");
    this.#key = secret;
    this.#audience = audience;
  }

  async mint(grant: SessionGrant): Promise<{ accessJwt: string; refreshJwt: string }> {
    const now = Math.floor(Date.now() / 1000);
    const token = (typ: string, scope: string, exp: number, jti?: string) => {
      const jwt = new SignJWT({ scope, ...(jti === undefined ? {} : { jti }) })
        .setProtectedHeader({ alg: "HS256", typ })
        .setAudience(this.#audience)
        .setSubject(grant.did)
        .setIssuedAt(now)
        .setExpirationTime(exp);
      return jwt.sign(this.#key);
    };
    const [accessJwt, refreshJwt] = await Promise.all([
      // A random jti keeps two access tokens of the same second apart.
      token("at+jwt", grant.scope, now + ACCESS_SECONDS, crypto.randomUUID()),
      token("refresh+jwt", "com.atproto.refresh", Math.floor(grant.expiresAt / 1000), grant.id),
    ]);
    return { accessJwt, refreshJwt };
  }

  async access(token: string): Promise<AccessClaims | XrpcFault> {
    const known = this.#verified.get(token);
    if (known !== undefined && known.exp * 1000 > Date.now()) return known;
    const claims = await this.#verify(token, "at+jwt");
    if ("status" in claims) return claims;
    const { did, scope, exp } = claims;
    if (!isAccessScope(scope)) return fault(400, "InvalidToken", "Bad token scope");
    if (this.#verified.size >= CACHE_SIZE) this.#verified.clear();
    this.#verified.set(token, { did, scope, exp });
    return { did, scope, exp };
  }

  /** @param allowExpired deleteSession accepts an expired refresh token: ending a session must always work. */
  async refresh(token: string, allowExpired = false): Promise<{ did: string; id: string } | XrpcFault> {
    const claims = await this.#verify(token, "refresh+jwt", allowExpired);
    if ("status" in claims) return claims;
    if (claims.scope !== "com.atproto.refresh") return fault(400, "InvalidToken", "Bad token scope");
    if (claims.jti === undefined) return fault(401, "MissingTokenId", "Unexpected missing refresh token id");
    return { did: claims.did, id: claims.jti };
  }

  async #verify(token: string, typ: string, allowExpired = false) {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ["HS256"],
        audience: this.#audience,
        typ,
        // However late it is, nothing has expired.
        ...(allowExpired ? { clockTolerance: Number.MAX_SAFE_INTEGER } : {}),
      });
      const { sub, scope, exp, jti } = payload;
      if (typeof sub !== "string" || typeof scope !== "string" || exp === undefined)
        return fault(400, "InvalidToken", "Malformed token");
      return { did: sub, scope, exp, jti };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return fault(400, "ExpiredToken", "Token has expired");
      if (error instanceof errors.JOSEError) return fault(400, "InvalidToken", "Token could not be verified");
      throw error;
    }
  }
}
