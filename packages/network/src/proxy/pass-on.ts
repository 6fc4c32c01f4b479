import { type Call, type Handler, PRIVILEGED_METHODS, PROTECTED_METHODS, fault, invalid, isFault } from "@rookery/pds";
import { type XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { answerHeaders, requestHeaders } from "./headers.ts";
import { proxyTo } from "./proxy-header.ts";
import { PROXY_LIMITS } from "./limits.ts";
import { type Target, targetOf } from "./target.ts";
import { type UpstreamRequest, askService } from "./upstream.ts";
import { relayError } from "./upstream-error.ts";
import { wireTo } from "./wire.ts";

/** NSID of an XRPC path. */
export const nsidOf = ({ pathname }: URL): string => pathname.slice("/xrpc/".length);

/**
 * Why a method is passed on for nobody, whoever asks: it concerns the account itself, there is no service for it, or what names
 * the service is malformed. Nothing is resolved here: that is for those who are signed in.
 */
export const refuseToPassOn = (request: Request, env: Env): XrpcFault | undefined => {
  const nsid = nsidOf(new URL(request.url));
  if (PROTECTED_METHODS.has(nsid)) return fault(400, "InvalidToken", "Bad token method");
  if (nsid.startsWith("agent.") && !request.headers.get("atproto-proxy")) return fault(501, "MethodNotImplemented", `Method Not Implemented: ${nsid}`);
  const to = proxyTo(request, nsid, configOf(env));
  return isFault(to) ? to : undefined;
};

/** Every XRPC method that nobody here answers, for the account that asks: to the service it names, or to the default one. */
export const passOn: Handler = async (call) => {
  const { request, caller } = call;
  const nsid = nsidOf(call.url);
  if (caller.kind !== "agent") return fault(401, "AuthMissing", "Authentication Required");
  const env = envOf(call.host);
  const target = await targetOf(request, nsid, configOf(env), didsOf(env));
  if (isFault(target)) return target;
  if (PRIVILEGED_METHODS.has(nsid) && caller.scope !== "com.atproto.access" && caller.scope !== "com.atproto.appPassPrivileged")
    return fault(400, "InvalidToken", "Bad token method");
  const upstream = await askFor(call, target, { lxm: nsid });
  return isFault(upstream) ? upstream : relayAnswer(upstream);
};

/** What the service is asked by: another method or audience than the request's own, another encoding than the caller's. */
export interface AskAs {
  lxm: string;
  /** DID of the audience, if it is not the target's. */
  aud?: string;
  /** `accept-encoding` that the service is told. */
  encoding?: string;
}

/** Ask a service what this request asks, in the name of the caller. Errors: those of signing; `PayloadTooLarge` (413); `UpstreamFailure` (502). */
export const askFor = async ({ request, url, caller, host }: Call, target: Target, { lxm, aud, encoding }: AskAs): Promise<Response | XrpcFault> => {
  if (caller.kind !== "agent") return fault(401, "AuthMissing", "Authentication Required");
  if ((await host.find(caller.did)) === undefined) return invalid(`Could not find user info for account: ${caller.did}`);
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > PROXY_LIMITS.maxRequest) return fault(413, "PayloadTooLarge", `Request entity too large: more than ${PROXY_LIMITS.maxRequest} bytes`);
  // Services know themselves by their bare DID, as long as the reference speaks to them so.
  const token = await host.agent(caller.did).signServiceAuth({ aud: aud ?? target.did, lxm });
  if (!token.ok) return token.error;
  const body = request.method === "POST" ? (request.body ?? undefined) : undefined;
  const sent: UpstreamRequest = {
    url: target.origin + url.pathname + url.search,
    method: request.method,
    headers: requestHeaders(request.headers, token.value, { hasBody: request.method === "POST", ...(encoding === undefined ? {} : { encoding }) }),
    ...(body === undefined ? {} : { body, ...(declared === null ? {} : { length: Number(declared) }) }),
  };
  return askService(wireTo(target, envOf(host)), sent);
};

/** A service's answer as this host's. */
export const relayAnswer = async (upstream: Response): Promise<Response> =>
  upstream.status >= 400
    ? relayError(upstream, PROXY_LIMITS)
    : new Response(upstream.body, { status: upstream.status, headers: answerHeaders(upstream.headers, { hasBody: true }) });
