import { exports } from "cloudflare:workers";

/** The origin the tests' colony is configured with. */
export const ORIGIN = "http://localhost:3000";
/** The same colony's relay view. */
export const RELAY = "http://localhost:4000";
export const ADMIN = "Bearer admin-secret";

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

export interface ErrorBody {
  error: string;
  message: string;
}

interface Ask {
  method?: string;
  auth?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  /** Which of the colony's hosts is asked; the origin when absent. */
  at?: string;
}

/** Ask the Worker through its front door. The answer's JSON is taken to be of the type the test expects. */
export const ask = async <T = ErrorBody>(path: string, { method, auth, json, body, headers, at = ORIGIN }: Ask = {}): Promise<Answer<T>> => {
  const response = await exports.default.fetch(
    new Request(at + path, {
      redirect: "manual",
      method: method ?? (json === undefined && body === undefined ? "GET" : "POST"),
      headers: {
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...(auth === undefined ? {} : { authorization: auth }),
        ...headers,
      },
      ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
    }),
  );
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
};

export const xrpc = <T = ErrorBody>(nsid: string, options: Ask & { params?: Record<string, string> } = {}): Promise<Answer<T>> => {
  const query = options.params === undefined ? "" : `?${new URLSearchParams(options.params)}`;
  return ask<T>(`/xrpc/${nsid}${query}`, options);
};

export interface Login {
  did: string;
  handle: string;
  password: string;
  access: string;
  refresh: string;
}

let made = 0;

/** A name nobody has yet in this file's storage. */
export const freshName = (): string => `agent-${++made}`;

/** Provision an agent and sign it in. With keys of its own, its repository stays empty until somebody writes there. */
export const provision = async (name = freshName(), keys: "hosted" | "self" = "hosted"): Promise<Login> => {
  const created = await ask<{ did: string; handle: string; password: string }>("/agents/create", { auth: ADMIN, json: { name, keys } });
  if (created.status !== 200) throw new Error(`${name}: ${created.status} ${JSON.stringify(created.body)}`);
  return { ...created.body, ...(await login(created.body.handle, created.body.password)) };
};

export const login = async (identifier: string, password: string): Promise<{ access: string; refresh: string }> => {
  const session = await xrpc<{ accessJwt: string; refreshJwt: string }>("com.atproto.server.createSession", { json: { identifier, password } });
  if (session.status !== 200) throw new Error(`${identifier}: ${session.status} ${JSON.stringify(session.body)}`);
  return { access: `Bearer ${session.body.accessJwt}`, refresh: `Bearer ${session.body.refreshJwt}` };
};

/** A plain record of a collection nobody has a lexicon for. */
export const note = (text: string): Record<string, unknown> => ({ $type: "com.example.note", text });
