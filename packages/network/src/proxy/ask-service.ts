import { type Call, fault, invalid } from "@rookery/pds";
import { type Outcome, type XrpcFault, ok } from "@rookery/sync";
import { envOf } from "../host/host.ts";
import { answerHeaders, requestHeaders } from "./headers.ts";
import { MAX_MUNGED_BYTES, PROXY_LIMITS } from "./limits.ts";
import { readWithin } from "./read-within.ts";
import type { Target } from "./target.ts";
import { type UpstreamRequest, askService, tooLarge } from "./upstream.ts";
import { errorAnswer, readError } from "./upstream-error.ts";
import { wireTo } from "./wire.ts";

/** What the account says to the service by its JWT: the method it calls and, if it is not the target's own DID, to whom. */
export interface AskAs {
  lxm: string;
  aud?: string;
}

/** A service JWT of the caller's. Services know themselves by their bare DID, as long as the reference speaks to them so. */
const tokenOf = async ({ caller, host }: Call, target: Target, { lxm, aud }: AskAs): Promise<Outcome<string>> => {
  if (caller.kind !== "agent") return { ok: false, error: fault(401, "AuthMissing", "Authentication Required") };
  // A session outlives its account; no object wakes for one that is gone.
  if ((await host.find(caller.did)) === undefined) return { ok: false, error: invalid(`Could not find user info for account: ${caller.did}`) };
  return host.agent(caller.did).signServiceAuth({ aud: aud ?? target.did, lxm });
};

/** Ask a service exactly what this request asks, in the name of the caller. Errors: those of signing; `PayloadTooLarge` (413); `UpstreamFailure` (502). */
export const forwardTo = async (call: Call, target: Target, as: AskAs, encoding?: string): Promise<Response | XrpcFault> => {
  const { request, url, host } = call;
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > PROXY_LIMITS.maxRequest) return tooLarge(PROXY_LIMITS.maxRequest);
  const token = await tokenOf(call, target, as);
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

/** Ask a service a question that anybody may ask, in nobody's name. Errors: `UpstreamFailure` (502). */
export const forwardUnsigned = ({ request, url, host }: Call, target: Target): Promise<Response | XrpcFault> =>
  askService(wireTo(target, envOf(host)), { url: target.origin + url.pathname + url.search, method: request.method, headers: requestHeaders(request.headers, undefined, { hasBody: false }) });

/** Call a procedure of a service with a body that was read and checked here, in the name of the caller. Errors as {@link forwardTo}. */
export const postTo = async (call: Call, target: Target, as: AskAs, input: unknown): Promise<Response | XrpcFault> => {
  const token = await tokenOf(call, target, as);
  if (!token.ok) return token.error;
  const bytes = new TextEncoder().encode(JSON.stringify(input));
  const headers = new Headers({ authorization: `Bearer ${token.value}`, "content-type": "application/json", "accept-encoding": "identity" });
  return askService(wireTo(target, envOf(call.host)), { url: `${target.origin}/xrpc/${as.lxm}`, method: "POST", headers, body: new Blob([bytes]).stream(), length: bytes.length });
};

/**
 * Ask a service a question of this host's own, for the caller or for nobody. Gives what it answers in JSON; its refusal, when it
 * refuses, as a fault.
 */
export const queryFrom = async (call: Call, target: Target, nsid: string, params: Record<string, string>, signed: boolean): Promise<Outcome<unknown>> => {
  const headers = new Headers({ "accept-encoding": "identity" });
  if (signed) {
    const token = await tokenOf(call, target, { lxm: nsid });
    if (!token.ok) return token;
    headers.set("authorization", `Bearer ${token.value}`);
  }
  const answer = await askService(wireTo(target, envOf(call.host)), { url: `${target.origin}/xrpc/${nsid}?${new URLSearchParams(params)}`, method: "GET", headers });
  if (!(answer instanceof Response)) return { ok: false, error: answer };
  if (answer.status >= 400) {
    const { status, name, message } = await readError(answer, PROXY_LIMITS);
    return { ok: false, error: { status, name, message } };
  }
  try {
    const text = await readWithin(answer, MAX_MUNGED_BYTES);
    if (typeof text === "string") return ok(JSON.parse(text));
    await text.cancel();
  } catch {
    // Said below.
  }
  return { ok: false, error: fault(502, "UpstreamFailure", "Upstream service gave no JSON that could be read") };
};

/** A service's answer as this host's. */
export const relayAnswer = async (upstream: Response): Promise<Response> =>
  upstream.status >= 400
    ? errorAnswer(await readError(upstream, PROXY_LIMITS))
    : new Response(upstream.body, { status: upstream.status, headers: answerHeaders(upstream.headers, { hasBody: true }) });
