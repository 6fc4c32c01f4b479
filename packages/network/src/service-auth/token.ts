import { fault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { CLOCK_SKEW, MAX_LIFE, MAX_TOKEN_CHARS } from "./limits.ts";

/** What a service JWT says, read but not verified. @see https://atproto.com/specs/xrpc#inter-service-authentication-jwt */
export interface ServiceClaims {
  alg: string;
  /** Issuer: a DID, or a DID and the service that speaks for it (`did:web:mod.example.com#atproto_labeler`). */
  iss: string;
  aud: string;
  /** Seconds since 1970. */
  exp: number;
  iat?: number;
  lxm?: string;
  jti?: string;
  /** What is signed. */
  signed: string;
  /** 64 bytes, if it is a signature at all. */
  signature: Uint8Array;
}

/** 401, the status of everything that is wrong with a service JWT in the reference. */
export const refused = (name: string, message: string): XrpcFault => fault(401, name, message);

const MALFORMED = refused("BadJwt", "poorly formatted jwt");

/** Tokens of other kinds, none of which is made for another service (RFC 9068; the reference's own refresh tokens; RFC 9449). */
const OTHER_TYPES = new Set(["at+jwt", "refresh+jwt", "dpop+jwt"]);

const ISSUER = /^did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-](#[A-Za-z0-9._~-]+)?$/;

/** Read a service JWT and check everything that can be judged without its key: form, type, times. @param now in ms since 1970. */
export const readServiceToken = (token: string, now: number): ServiceClaims | XrpcFault => {
  const [head, body, signature, ...rest] = token.split(".");
  if (token.length > MAX_TOKEN_CHARS || head === undefined || body === undefined || signature === undefined || rest.length > 0) return MALFORMED;
  const header = partOf(head);
  const payload = partOf(body);
  if (header === undefined || payload === undefined) return MALFORMED;
  const { alg, typ } = header;
  const { iss, aud, exp, iat, lxm, jti, nonce } = payload;
  if (typeof alg !== "string") return MALFORMED;
  if (typeof typ === "string" && OTHER_TYPES.has(typ.toLowerCase())) return refused("BadJwtType", `Invalid jwt type "${typ}"`);
  if (typeof iss !== "string" || typeof aud !== "string" || typeof exp !== "number") return MALFORMED;
  if (!isText(lxm) || !isText(jti) || !isText(nonce) || (iat !== undefined && typeof iat !== "number")) return MALFORMED;
  if (now / 1000 > exp) return refused("JwtExpired", "jwt expired");
  if (exp > now / 1000 + MAX_LIFE) return refused("BadJwtExpiration", "jwt expires too far in the future");
  if (iat !== undefined && iat > now / 1000 + CLOCK_SKEW) return refused("BadJwtExpiration", "jwt was issued in the future");
  if (!ISSUER.test(iss)) return refused("BadJwtIss", "jwt iss is not a valid did");
  return {
    alg, iss, aud, exp,
    ...(iat === undefined ? {} : { iat }),
    ...(lxm === undefined || lxm === null ? {} : { lxm }),
    ...(jti === undefined || jti === null || jti === "" ? {} : { jti }),
    signed: `${head}.${body}`,
    signature: new Uint8Array(Buffer.from(signature, "base64url")),
  };
};

/**
 * Whether a bearer token is one between services rather than one of this host's sessions, as the reference tells them apart:
 * only those name a method. Says nothing of whether it is good.
 */
export const namesMethod = (token: string): boolean => {
  const lxm = partOf(token.split(".")[1] ?? "")?.["lxm"];
  return lxm !== undefined && lxm !== null;
};

/** Absent, null or a text: what optional claims may be. */
const isText = (value: unknown): value is string | null | undefined => value === undefined || value === null || typeof value === "string";

/** A part of a JWT: a JSON object in base64url; undefined when it is none. */
const partOf = (part: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    // A named boundary: its fields are narrowed one by one.
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};
