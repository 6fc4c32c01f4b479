import { answerHeaders } from "./headers.ts";
import type { ProxyLimits } from "./limits.ts";

/** Names and words of HTTP errors in XRPC (the reference's ResponseType). */
const BY_STATUS: Readonly<Record<number, readonly [name: string, message: string]>> = {
  401: ["AuthenticationRequired", "Authentication Required"],
  403: ["Forbidden", "Forbidden"],
  404: ["XRPCNotSupported", "XRPC Not Supported"],
  406: ["NotAcceptable", "Not Acceptable"],
  413: ["PayloadTooLarge", "Payload Too Large"],
  415: ["UnsupportedMediaType", "Unsupported Media Type"],
  429: ["RateLimitExceeded", "Rate Limit Exceeded"],
  501: ["MethodNotImplemented", "Method Not Implemented"],
  502: ["UpstreamFailure", "Upstream Failure"],
  503: ["NotEnoughResources", "Not Enough Resources"],
  504: ["UpstreamTimeout", "Upstream Timeout"],
};

/** Whether a body is JSON, or does not say what it is. */
export const mayBeJson = (type: string | null): boolean => type === null || /application\/(?:\w+\+)?json/i.test(type);

/** What a service refused, in XRPC's terms. */
export interface ServiceError {
  status: number;
  name: string;
  message: string;
  /** Those that callers get to see. */
  headers: Headers;
}

/**
 * A service's error as this host's: its own name and message, if it has them, and nothing else of its body. A service that
 * broke down is no breakdown here: 500 becomes 502.
 */
export const readError = async (upstream: Response, limits: Pick<ProxyLimits, "maxError">): Promise<ServiceError> => {
  const status = upstream.status === 500 ? 502 : upstream.status;
  const [name, message] = BY_STATUS[status] ?? (status < 500 ? ["InvalidRequest", "Invalid Request"] : ["InternalServerError", "Internal Server Error"]);
  const said = await wordsOf(upstream, limits.maxError);
  const headers = answerHeaders(upstream.headers, { hasBody: false });
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return { status, name: said.error ?? name, message: said.message || message, headers };
};

/** {@link readError}, as an answer. */
export const errorAnswer = ({ status, name, message, headers }: ServiceError): Response => Response.json({ error: name, message }, { status, headers });

interface Words {
  error?: string;
  message?: string;
}

const wordsOf = async (upstream: Response, most: number): Promise<Words> => {
  if (!mayBeJson(upstream.headers.get("content-type"))) {
    await upstream.body?.cancel();
    return {};
  }
  try {
    const value: unknown = JSON.parse(await textOf(upstream, most));
    if (typeof value !== "object" || value === null) return {};
    return { ...("error" in value && typeof value.error === "string" ? { error: value.error } : {}), ...("message" in value && typeof value.message === "string" ? { message: value.message } : {}) };
  } catch {
    // Whatever it is, it says nothing that could be passed on.
    return {};
  }
};

/** @throws Error for more than `most` bytes, and when it breaks off. */
const textOf = async (upstream: Response, most: number): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of upstream.body ?? []) {
    size += chunk.length;
    if (size > most) throw new Error("too large");
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
};
