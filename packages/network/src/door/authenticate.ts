import { timingSafeEqual } from "node:crypto";
import { type Caller, type Tokens, fault, isFault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import type { ServiceAuthority } from "../service-auth/authority.ts";
import { namesMethod } from "../service-auth/token.ts";

/**
 * Who may call a route. `public`: anybody, credentials ignored. `optional`: anybody, but credentials that are
 * given must be right and tell who asks. `moderator`: the admin, or the moderation service by a service JWT. Of
 * `agent-or-service` a service JWT of the account itself is as good as a session; `optional-or-service` takes such JWTs and no
 * sessions; `agent-or-moderator` lets the moderation service look, too. The rest ask for exactly that caller.
 */
export type Access =
  | "public" | "optional" | "agent" | "refresh" | "refresh-or-expired" | "admin"
  | "moderator" | "agent-or-service" | "optional-or-service" | "agent-or-moderator";

/**
 * Sessions by what they may: those of every password, app passwords included; without the plain app passwords
 * (`privileged`); of the account's own password alone (`full`).
 */
export type SessionClass = "any" | "privileged" | "full";

/** What tells who a caller is. */
export interface Authority {
  tokens: Tokens;
  adminKeyHash: Promise<ArrayBuffer>;
  /** Judges service JWTs. */
  services: ServiceAuthority;
}

/** The row of the route table, as far as it decides who comes in. */
export interface Gate {
  access: Access;
  /** The method that a service JWT must be for; rows without one take none. */
  nsid?: string;
}

/** Where only the admin may come in, it is said how; the secret itself is told by nothing in an answer. */
const ADMIN_HINT = "send the admin's secret as Authorization: Bearer SECRET, or as Basic admin:SECRET";

/** The reference's administrators' methods have one name for every wrong credential, and for none. */
const missing = ({ access, nsid }: Gate): XrpcFault =>
  fault(401, (access === "admin" || access === "moderator") && nsid?.startsWith("com.atproto.") === true ? "AuthenticationRequired" : "AuthMissing", access === "admin" ? `Authentication Required: ${ADMIN_HINT}` : "Authentication Required");

const isAdminKey = async (authority: Authority, given: string): Promise<boolean> => {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(given));
  return timingSafeEqual(new Uint8Array(hash), new Uint8Array(await authority.adminKeyHash));
};

const basicAdmin = async (authority: Authority, encoded: string): Promise<boolean> => {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  return text.startsWith("admin:") && (await isAdminKey(authority, text.slice("admin:".length)));
};

/** JWTs have two dots; the admin's key is asked about only where it can be meant. */
const looksLikeJwt = (token: string): boolean => token.split(".").length === 3;

/** Subprotocol under which a browser, which cannot set headers on a WebSocket, gives its token. Never echoed. */
const BEARER = "bearer.";

/** The credentials of a request: its header or, of a WebSocket, the subprotocol `bearer.TOKEN`. Never in the URL, which others write down. */
export const credentialsOf = ({ headers }: Request): string | null => {
  const header = headers.get("authorization");
  if (header !== null || headers.get("upgrade")?.toLowerCase() !== "websocket") return header;
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((token) => token.trim());
  const token = offered.find((name) => name.startsWith(BEARER))?.slice(BEARER.length);
  return token === undefined ? null : `Bearer ${token}`;
};

/** Decide who is asking a route with this access rule; a fault when they may not. */
export const authenticate = async (gate: Gate, header: string | null, authority: Authority): Promise<Caller | XrpcFault> => {
  const { access } = gate;
  const open = access === "optional" || access === "optional-or-service";
  if (access === "public" || (open && header === null)) return { kind: "anonymous" };
  if (header === null) return missing(gate);
  const [scheme, credential, ...rest] = header.split(" ");
  if (scheme === undefined || credential === undefined || credential === "" || rest.length > 0)
    return fault(400, "InvalidToken", "Malformed authorization header");
  const bearer = scheme.toLowerCase() === "bearer";
  if (!bearer && scheme.toLowerCase() !== "basic")
    return fault(400, "InvalidToken", `Unsupported authorization type: ${scheme}`);

  const service = bearer && looksLikeJwt(credential) ? await serviceCaller(gate, credential, authority) : undefined;
  if (service !== undefined) return service;

  if (access === "admin" || access === "moderator" || open) {
    const admin = bearer ? await isAdminKey(authority, credential) : await basicAdmin(authority, credential);
    if (admin) return { kind: "admin" };
    if (!open) return fault(401, "AuthenticationRequired", `Authentication Required: this is not the admin's secret; ${ADMIN_HINT}`);
    if (!bearer) return fault(401, "AuthenticationRequired", "Authentication Required");
  }
  if (!bearer) return fault(400, "InvalidToken", "Unexpected authorization type");
  if (!looksLikeJwt(credential)) return fault(400, "InvalidToken", "Token could not be verified");

  if (access === "refresh" || access === "refresh-or-expired") {
    const claims = await authority.tokens.refresh(credential, access === "refresh-or-expired");
    return "status" in claims ? claims : { kind: "refresh", ...claims };
  }
  const claims = await authority.tokens.access(credential);
  return "status" in claims ? claims : { kind: "agent", did: claims.did, scope: claims.scope, until: claims.exp * 1000 };
};

/** Whoever a service JWT speaks for, on routes that take one; undefined when the token is to be judged as a session. */
const serviceCaller = async ({ access, nsid }: Gate, token: string, { services }: Authority): Promise<Caller | XrpcFault | undefined> => {
  if (nsid === undefined) return undefined;
  if (access === "moderator") return services.moderator(token, nsid);
  if (access === "optional-or-service") return services.account(token, nsid);
  if (access === "agent-or-service") return namesMethod(token) ? services.account(token, nsid) : undefined;
  if (access !== "agent-or-moderator" || !namesMethod(token)) return undefined;
  // Not the moderation service: then it is said what is wrong with it as a session.
  const moderator = await services.moderator(token, nsid);
  return isFault(moderator) && moderator.status === 401 ? undefined : moderator;
};
