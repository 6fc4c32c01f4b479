import { type Handler, PRIVILEGED_METHODS, PROTECTED_METHODS, fault, isFault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { didsOf } from "../host/dids.ts";
import { envOf } from "../host/host.ts";
import { forwardTo, relayAnswer } from "./ask-service.ts";
import { proxyTo } from "./proxy-header.ts";
import { targetOf } from "./target.ts";

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
  const env = envOf(call.host);
  const target = await targetOf(request, nsid, configOf(env), didsOf(env));
  if (isFault(target)) return target;
  if (PRIVILEGED_METHODS.has(nsid) && caller.kind === "agent" && caller.scope === "com.atproto.appPass") return fault(400, "InvalidToken", "Bad token method");
  const upstream = await forwardTo(call, target, { lxm: nsid });
  return isFault(upstream) ? upstream : relayAnswer(upstream);
};
