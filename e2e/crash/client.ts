import { patience } from "../../scripts/testing/patience.mjs";

/** What became of a request to a server that may die at any moment. */
export type Reply =
  | { kind: "answered"; json: unknown; bytes: Uint8Array }
  /** The server said no: nothing was done. */
  | { kind: "refused"; status: number; error: string; message: string }
  /** Nobody was there to take it: nothing was done. */
  | { kind: "unreachable" }
  /** No answer, or half of one: it may have been done or not. */
  | { kind: "lost" };

/** A request that takes longer hangs, in ms: that is a bug and no crash. */
const HANGS_AFTER = 30_000;

export interface Ask {
  method?: "GET" | "POST" | "DELETE";
  token?: string;
  body?: unknown;
  params?: Record<string, string>;
  headers?: Record<string, string>;
}

/** One request. @param path an NSID, or a path from the root. @throws Error when there is no answer and no end either. */
export const ask = async (origin: string, path: string, { method, token, body, params, headers }: Ask = {}): Promise<Reply> => {
  const query = params === undefined ? "" : `?${new URLSearchParams(params)}`;
  const signal = AbortSignal.timeout(HANGS_AFTER);
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await fetch(`${origin}${path.startsWith("/") ? path : `/xrpc/${path}`}${query}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (signal.aborted) throw new Error(`${path} was not answered within ${HANGS_AFTER} ms`, { cause: error });
    return { kind: isRefusedConnection(error) ? "unreachable" : "lost" };
  }
  if (response.ok && response.headers.get("content-type")?.startsWith("application/json") !== true) return { kind: "answered", json: undefined, bytes };
  const json = JSON.parse(new TextDecoder().decode(bytes)) as { error?: string; message?: string };
  return response.ok ? { kind: "answered", json, bytes } : { kind: "refused", status: response.status, error: json.error ?? "", message: json.message ?? "" };
};

/** fetch names the reason in `cause`; for a host with several addresses that is an AggregateError with the code of them all. */
const isRefusedConnection = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && "code" in error.cause && error.cause.code === "ECONNREFUSED";

/** How long somebody may be on the way back, in ms. */
const BACK_WITHIN = patience.hookTimeout;

/** Ask until there is an answer. @throws Error when it is a refusal. */
export const insist = async <T>(origin: string, path: string, how: Ask = {}): Promise<{ json: T; bytes: Uint8Array }> => {
  for (const end = performance.now() + BACK_WITHIN; performance.now() < end; ) {
    const reply = await ask(origin, path, how);
    if (reply.kind === "answered") return { json: reply.json as T, bytes: reply.bytes };
    if (reply.kind === "refused") throw new Error(`${path} answers ${reply.status} ${reply.error}: ${reply.message}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path}: nobody answers at ${origin}`);
};
