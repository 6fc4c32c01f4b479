import { colony } from "./colony.ts";

/** What an XRPC error says. */
export interface Failure {
  error: string;
  message: string;
}

/** One HTTP answer, its body read. `json` is only there when the answer says it is JSON; `T` is what the caller expects. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  json: T;
  bytes: Uint8Array;
}

export interface Ask {
  /** Another colony than the one that all tests share. */
  origin?: string;
  method?: string;
  /** Bearer token. */
  token?: string | undefined;
  /** Whole Authorization header, instead of `token`. */
  authorization?: string;
  params?: Record<string, string | string[]>;
  /** A string or bytes go as they are, anything else as JSON; all with `contentType`, JSON unless said otherwise. */
  body?: unknown;
  /** `null` sends none. */
  contentType?: string | null;
  headers?: Record<string, string>;
}

const queryOf = (params: Ask["params"] = {}): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) for (const one of [value].flat()) query.append(name, one);
  return query.size === 0 ? "" : `?${query}`;
};

/** As bytes: fetch would give a text a content type of its own. */
const bytesOf = (body: unknown): Uint8Array<ArrayBuffer> => {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
};

/** Plain fetch, without any client's help: what a test needs to send what no client would. */
export const ask = async <T = Failure>(path: string, { origin = colony().origin, method, token, authorization, params, body, contentType, headers = {} }: Ask = {}): Promise<Answer<T>> => {
  const auth = authorization ?? (token === undefined ? undefined : `Bearer ${token}`);
  const type = contentType === undefined && body !== undefined ? "application/json" : contentType;
  const url = `${origin}${path.startsWith("/") ? path : `/xrpc/${path}`}${queryOf(params)}`;
  const response = await fetch(url, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: { ...headers, ...(auth === undefined ? {} : { authorization: auth }), ...(typeof type === "string" ? { "content-type": type } : {}) },
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = bytes.length > 0 && response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, headers: response.headers, json: (isJson ? JSON.parse(new TextDecoder().decode(bytes)) : undefined) as T, bytes };
};
