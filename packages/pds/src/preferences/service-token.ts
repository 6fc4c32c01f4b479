import { randomBytes } from "node:crypto";
import { type Outcome, fail, ok } from "@rookery/sync";
import type { AgentState } from "../state.ts";

/** Life of a token when nobody says otherwise, in seconds: the reference's minute. */
const DEFAULT_LIFE = 60;

/** What an account that was taken down may still say elsewhere: that it moves away, that it appeals, and what it preferred. */
const AFTER_TAKEDOWN = ["com.atproto.server.createAccount", "com.atproto.moderation.createReport", "app.bsky.actor.getPreferences"];

const HEADER = Buffer.from(JSON.stringify({ typ: "JWT", alg: "ES256" })).toString("base64url");

/**
 * A service JWT by the account's signing key, with the claims of the reference (xrpc-server `auth.ts`).
 * @see https://atproto.com/specs/xrpc#inter-service-authentication-jwt
 * @throws KeyUnavailableError
 */
export const serviceToken = ({ account, signer }: AgentState, { aud, lxm, exp }: { aud: string; lxm?: string; exp?: number }, now = Date.now()): Outcome<string> => {
  const { did: iss, status } = account;
  if (status === "deleted") return fail(400, "RepoNotFound", "There is no account here");
  if ((status === "takendown" || status === "suspended") && !AFTER_TAKEDOWN.includes(lxm ?? "")) return fail(400, "InvalidToken", "Bad token scope");
  const iat = Math.floor(now / 1000);
  const claims = { iat, iss, aud, exp: exp ?? iat + DEFAULT_LIFE, ...(lxm === undefined ? {} : { lxm }), jti: randomBytes(16).toString("hex") };
  const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  const signature = signer()(new TextEncoder().encode(signed));
  return ok(`${signed}.${Buffer.from(signature).toString("base64url")}`);
};
