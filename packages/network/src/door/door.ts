import { type Call, fault, invalid, isFault, rateHeaders } from "@rookery/pds";
import { validateInput, validateParams } from "@rookery/lexicon-agent-comms";
import type { RateStatus, XrpcFault } from "@rookery/sync";
import { configOf } from "../config.ts";
import type { Env } from "../env.ts";
import { hostOf } from "../host/host.ts";
import { masterKeyOf } from "../host/master-key.ts";
import { authorityOf } from "../service-auth/authority.ts";
import { relayViewRoutes } from "../routes/relay-view.ts";
import { routes } from "../routes.ts";
import { authenticate, credentialsOf } from "./authenticate.ts";
import { checkStream, readJson, refuseBody } from "./body.ts";
import { withRoomForBody } from "./body-room.ts";
import { clientIn, withClient } from "./client-address.ts";
import { chargeAddress, chargeCaller, exceededBy } from "./charge.ts";
import { decodedRequest } from "./content-encoding.ts";
import { preflight, withCors } from "./cors.ts";
import { RouteIndex } from "./find-route.ts";
import { isRelayView } from "./is-relay-view.ts";
import { looseParams } from "./loose-params.ts";
import { MAX_URL_CHARS } from "./limits.ts";
import type { AnyRoute, Route } from "./route.ts";
import { refuseSession } from "./session-class.ts";
import { drain } from "./whole-body.ts";

/** Two hosts, two tables: what the origin answers, and what the relay view does. */
const originIndex = new RouteIndex(routes);
const relayViewIndex = new RouteIndex(relayViewRoutes);

/** An XRPC error as an HTTP answer. */
const faultResponse = ({ status, name, message, rate, allow }: XrpcFault): Response =>
  new Response(
    JSON.stringify({ error: name, message }),
    {
      status,
      headers: {
        "content-type": "application/json; charset=utf-8",
        ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
        ...(allow === undefined ? {} : { allow }),
        ...rateHeaders(rate),
        ...(status === 429 && rate !== undefined ? { "retry-after": String(Math.max(1, rate.reset - Math.floor(Date.now() / 1000))) } : {}),
      },
    },
  );

/** Parameters, checked against the route's lexicon; wrapped, for they may look like a fault. */
const readParams = (url: URL, { nsid, method, loose }: AnyRoute): Pick<Call, "params"> | XrpcFault => {
  // Nearly every write has none, and asking for them makes objects of the platform.
  if (nsid === undefined || method !== "GET") return { params: url.search === "" ? {} : Object.fromEntries(url.searchParams) };
  const checked = validateParams(nsid, loose ? looseParams(url.searchParams) : url.searchParams);
  return checked.ok ? { params: checked.params } : invalid(checked.message);
};

/** Body, checked against the route's lexicon; wrapped likewise. */
const readInput = async (request: Request, { nsid, body, maxBytes }: AnyRoute): Promise<Pick<Call, "input"> | XrpcFault> => {
  const nothing = { input: undefined };
  if (body === "any") return nothing;
  if (body === "bytes") return checkStream(request) ?? nothing;
  if (body === "none") return (await refuseBody(request)) ?? nothing;
  const read = await readJson(request, maxBytes);
  if (isFault(read)) return read;
  if (nsid === undefined) return { input: read.json };
  const checked = validateInput(nsid, read.json);
  return checked.ok ? { input: checked.input } : invalid(checked.message);
};

/** The reference's HTTP parser says 431 of the whole head of a request; of its first line alone this is the word (RFC 9110, 15.5.15). */
const URI_TOO_LONG = fault(414, "UriTooLong", `The address of a request has at most ${MAX_URL_CHARS} characters`);

/** What is asked of a row, answered; a fault where there is no row, or too much was asked. */
const enter = async (request: Request, env: Env): Promise<Response | XrpcFault> => {
  const url = URL.parse(request.url);
  if (url === null) return invalid("The Host header names no host");
  if (request.url.length > MAX_URL_CHARS) return URI_TOO_LONG;
  const config = configOf(env);
  const index = isRelayView(url, config.relayOrigin) ? relayViewIndex : originIndex;
  const found = index.find(request.method, url.pathname);
  if (isFault(found)) return found;
  const { route, segments } = found;
  const ip = clientIn(request.headers, config.clientIpHeader);
  const rate = config.rateLimits ? chargeAddress(route.rate, ip) : undefined;
  const exceeded = exceededBy(rate);
  if (exceeded !== undefined) return exceeded;
  if ("plain" in route) return route.plain(withClient(request, ip), env);

  const given = await serve(request, env, { url, route, segments, ip });
  const answer = given instanceof Response ? given : await refusal(request, given);
  if (route.access !== "public") asPrivate(answer);
  return tellRate(answer, rate);
};

/** Say in an answer what is left of a limit, unless a tighter one is said there already, or the one that refused. */
const tellRate = (answer: Response, rate: RateStatus | undefined): Response => {
  if (rate === undefined || answer.status === 101) return answer;
  const told = answer.headers.get("ratelimit-remaining");
  if (told !== null && (answer.status === 429 || Number(told) <= rate.remaining)) return answer;
  for (const [name, value] of Object.entries(rateHeaders(rate))) answer.headers.set(name, value);
  return answer;
};

interface Visit {
  url: URL;
  route: Route;
  segments: Record<string, string>;
  ip: string;
}

const serve = async (request: Request, env: Env, { url, route, segments, ip }: Visit): Promise<Response | XrpcFault> => {
  // Told at the first request, rather than when the first key does not open.
  const standing = await masterKeyOf(env);
  if (standing.state === "wrong") return fault(503, "WrongMasterKey", standing.reason);
  const forbidden = route.refuse?.(request, env);
  if (forbidden !== undefined) return forbidden;
  // In the reference's order: parameters, who asks, the body.
  const read = readParams(url, route);
  if (isFault(read)) return read;
  const caller = await authenticate(route, credentialsOf(request), authorityOf(env));
  if (isFault(caller)) return caller;
  const refused = refuseSession(route, caller);
  if (refused !== undefined) return refused;
  const answer = await withRoomForBody(request, route, () => handle(request, env, { url, route, segments, ip, caller, params: { ...read.params, ...segments } }));
  // What was refused has had no effect: the same token may be shown again.
  if (caller.kind === "service" && isRefusal(answer)) await authorityOf(env).services.release(caller.token);
  return answer;
};

const isRefusal = (answer: Response | XrpcFault): boolean => !(answer instanceof Response) || answer.status >= 400;

const handle = async (request: Request, env: Env, { url, route, ip, caller, params }: Visit & Pick<Call, "caller" | "params">): Promise<Response | XrpcFault> => {
  const read = await readInput(request, route);
  if (isFault(read)) return read;
  const asked = route.body === "bytes" ? decodedRequest(request) : request;
  if (isFault(asked)) return asked;
  const call = { request: asked, url, caller, params, input: read.input, host: hostOf(env), ip };
  const rate = configOf(env).rateLimits ? await chargeCaller(route.rate, call) : undefined;
  const exceeded = exceededBy(rate);
  if (exceeded !== undefined) return exceeded;
  const answer = await route.handler(call);
  return answer instanceof Response ? tellRate(answer, rate) : { ...answer, ...(rate === undefined || answer.rate !== undefined ? {} : { rate }) };
};

/** What depends on who asks is for nobody else: shared caches keep none of it (RFC 9111, and the reference). */
const asPrivate = (answer: Response): Response => {
  if (answer.status === 101) return answer;
  if (!answer.headers.has("cache-control")) answer.headers.set("cache-control", "private");
  answer.headers.append("vary", "Authorization");
  return answer;
};

const refusal = async (request: Request, refused: XrpcFault): Promise<Response> => {
  await drain(request, refused.status === 429);
  return faultResponse(refused);
};

/** The one way in: find the row, decide who asks, check what is asked, let the handler translate. */
export const door = async (request: Request, env: Env): Promise<Response> => {
  if (request.method === "OPTIONS") return preflight(request);
  try {
    const answer = await enter(request, env);
    if (!(answer instanceof Response)) return withCors(await refusal(request, answer));
    // An upgraded socket's headers cannot be changed, and need not be.
    return answer.status === 101 ? answer : withCors(answer);
  } catch (error) {
    // A bug, not a bad request: told apart by name, in full to the log, in one word to the caller.
    console.error(JSON.stringify({ event: "unexpected", url: request.url, error: error instanceof Error ? error.stack : String(error) }));
    return withCors(await refusal(request, fault(500, "InternalServerError", "Internal Server Error")));
  }
};
