import { fail, parseEventsQuery, parseV1Query, SUBSCRIBE_EVENTS, type FilterSpec, type Outcome, type Subprotocol } from "@rookery/sync";
import type { EventLog } from "../log.ts";
import { startAt } from "./cursor.ts";
import { jetstreamStart, LEAST_TIME } from "./jetstream-cursor.ts";
import type { StreamFormat } from "./listener.ts";

/** What a client asked for, understood. */
export interface Admission {
  format: StreamFormat;
  /** Echoed as `Sec-WebSocket-Protocol`; absent when none was negotiated. */
  subprotocol?: Subprotocol;
  start: { kind: "live" } | { kind: "replay"; after: number; fromUs?: number; outdated: boolean } | { kind: "future"; message: string };
  filter?: FilterSpec;
  /** Send nothing before the first options_update. */
  waiting: boolean;
}

/** Understand a request for a stream, by its path: `/subscribe`, subscribeEvents, and else the firehose. Refusals are XRPC errors. */
export function admit(request: Request, log: EventLog): Outcome<Admission> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/subscribe") return admitJetstream(request, searchParams, log);
  if (searchParams.getAll("cursor").length > 1) return fail(400, "InvalidRequest", "cursor was given more than once");
  if (pathname === `/xrpc/${SUBSCRIBE_EVENTS}`) return admitEvents(request, searchParams, log);
  return admitFirehose(request, searchParams, log);
}

function admitFirehose(request: Request, query: URLSearchParams, log: EventLog): Outcome<Admission> {
  const start = startAt(query.get("cursor"), log);
  if (start.kind === "malformed") return fail(400, "InvalidRequest", start.message);
  const subprotocol = negotiate(request, ["xrpc.v0.cbor", "xrpc.v1.cbor", "xrpc.v1.json"]);
  const format = subprotocol === undefined || subprotocol === "xrpc.v0.cbor" ? "subscribeRepos" : (`subscribeRepos+${subprotocol}` as const);
  return { ok: true, value: { format, start, waiting: false, ...(subprotocol === undefined ? {} : { subprotocol }) } };
}

function admitJetstream(request: Request, query: URLSearchParams, log: EventLog): Outcome<Admission> {
  const filter = parseV1Query(query);
  if (!filter.ok) return filter;
  const start = jetstreamStart(query.get("cursor"), log);
  if (start.kind === "malformed") return fail(400, "InvalidRequest", start.message);
  const packed = query.get("compress") === "true" || (request.headers.get("socket-encoding") ?? "").includes("zstd");
  return { ok: true, value: { format: packed ? "jetstream+zstd" : "jetstream", start, filter: filter.value, waiting: query.get("requireHello") === "true" } };
}

function admitEvents(request: Request, query: URLSearchParams, log: EventLog): Outcome<Admission> {
  if (query.get("compress") === "true" || (request.headers.get("socket-encoding") ?? "").includes("zstd")) {
    return fail(400, "InvalidRequest", "compress=true and Socket-Encoding: zstd belong to /subscribe");
  }
  if ((query.get("zstdDictionary") ?? "") !== "") return fail(400, "UnknownZstdDictionary", "this server has no dictionary for this stream: leave zstdDictionary out");
  const filter = parseEventsQuery(query);
  if (!filter.ok) return filter;
  const start = jetstreamStart(query.get("cursor"), log);
  if (start.kind === "malformed") return fail(400, "InvalidRequest", start.message);
  if (start.kind === "replay" && start.outdated && Number(query.get("cursor")) < LEAST_TIME) {
    return fail(400, "CursorTooOld", `cursor ${query.get("cursor")} is below the window; begin again with cursor=0, or a time in microseconds`);
  }
  const subprotocol = negotiate(request, ["xrpc.v1.json"]);
  return { ok: true, value: { format: "subscribeEvents", start, filter: filter.value, waiting: false, ...(subprotocol === undefined ? {} : { subprotocol }) } };
}

/** The first subprotocol of the client's list that is spoken here. None of them: the stream's default, and nothing is echoed (RFC 6455). */
function negotiate(request: Request, spoken: readonly Subprotocol[]): Subprotocol | undefined {
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((token) => token.trim());
  for (const token of offered) {
    const found = spoken.find((subprotocol) => subprotocol === token);
    if (found !== undefined) return found;
  }
  return undefined;
}
