import type { Outcome, XrpcFault } from "@rookery/sync";
import type { AccessScope } from "../sessions/scope.ts";
import { heldBytes } from "./held-bytes.ts";
import type { Host } from "./host.ts";

/** Who is asking, as far as the door could tell. Decided once, before any handler runs. */
export type Caller =
  | { kind: "anonymous" }
  /** `until`: end of the access token, in milliseconds since 1970. */
  | { kind: "agent"; did: string; scope: AccessScope; until: number }
  /** A service JWT: `did` signed it, for this method of this host. `token` is the name under which it counts as used. */
  | { kind: "service"; did: string; lxm: string; token: string }
  | { kind: "refresh"; did: string; id: string }
  | { kind: "admin" };

/** One request on its way to a handler: authorised, its parameters and body checked against the lexicon. */
export interface Call {
  request: Request;
  url: URL;
  caller: Caller;
  /** Query parameters by name, coerced and defaulted by the lexicon. */
  params: Record<string, unknown>;
  /** Parsed JSON body; undefined when the method takes none or takes bytes. */
  input: unknown;
  host: Host;
  /** Client address, for rate limits. */
  ip: string;
}

/** Handlers only translate: unpack, call one method, answer. A returned fault is a foreseen failure. */
export type Handler = (call: Call) => Promise<Response | XrpcFault> | Response | XrpcFault;

/** 200 with a JSON body. */
export const json = (body: unknown, headers?: Record<string, string>): Response => jsonText(JSON.stringify(body), headers);

/** 200 with a JSON body that is text already. */
const jsonText = (body: string, headers?: Record<string, string>): Response =>
  new Response(body, { headers: { "content-type": "application/json; charset=utf-8", ...headers } });

/** 200 with a JSON body that is UTF-8 already. Errors: `NotEnoughResources` (503) when it is large, and too much is on its way already. */
export const jsonBytes = (body: Uint8Array | ReadableStream<Uint8Array>, headers?: Record<string, string>): Response | XrpcFault =>
  withBody(body, { "content-type": "application/json; charset=utf-8", ...headers });

/** 200 with nothing in it, as the reference answers procedures without output. */
export const empty = (): Response => new Response(null, { status: 200 });

/** 200 with a CAR. Errors as {@link jsonBytes}. */
export const car = (body: Uint8Array | ReadableStream<Uint8Array> | null, headers?: Record<string, string>): Response | XrpcFault =>
  withBody(body, { "content-type": "application/vnd.ipld.car", ...headers });

const withBody = (body: Uint8Array | ReadableStream<Uint8Array> | null, headers: Record<string, string>): Response | XrpcFault => {
  const held = body instanceof Uint8Array ? heldBytes(body) : body;
  return isFault(held) ? held : new Response(held, { headers });
};

/** A refusal by its status, name and message. */
export const fault = (status: number, name: string, message: string): XrpcFault => ({ status, name, message });

/** 400 InvalidRequest, the reference's name for most bad input. */
export const invalid = (message: string): XrpcFault => fault(400, "InvalidRequest", message);

/** Whether a value is one. Never ask this of a Durable Object's stub: it has every property. */
export const isFault = (value: unknown): value is XrpcFault =>
  typeof value === "object" && value !== null && !(value instanceof Response) && "status" in value && "name" in value;

/** Translate an outcome: the error goes out as it is, the value through `then`. */
export const answer = <T>(outcome: Outcome<T>, then: (value: T) => Response | XrpcFault): Response | XrpcFault =>
  outcome.ok ? then(outcome.value) : outcome.error;

/** at-uri of a record. */
export const atUri = (did: string, collection: string, rkey: string): string => `at://${did}/${collection}/${rkey}`;
