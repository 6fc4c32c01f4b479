import { fault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import type { ProxyLimits } from "./limits.ts";
import { UNREACHABLE } from "./target.ts";

/** How services are reached. */
export interface Wire {
  fetch: typeof fetch;
  limits: ProxyLimits;
}

/** One request to a service. */
export interface UpstreamRequest {
  url: string;
  method: string;
  headers: Headers;
  body?: ReadableStream<Uint8Array>;
  /** Length of the body in bytes, if it was declared. */
  length?: number;
}

/** A clock that ends a request when nothing happens for too long. */
class Patience {
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Something happened: the next thing must happen within `ms`. */
  allow(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(new Error("too slow")), ms);
  }

  /** Nothing more of this. */
  end(reason: Error): void {
    clearTimeout(this.#timer);
    this.#end.abort(reason);
  }

  settle(): void {
    clearTimeout(this.#timer);
  }
}

/** More came than is let through. */
class TooManyBytesError extends Error {
  override readonly name = "TooManyBytesError";
}

/** What is said of a request that is too large. */
export const tooLarge = (most: number): XrpcFault => fault(413, "PayloadTooLarge", `Request entity too large: more than ${most} bytes`);

/** Bytes as they pass: not too many, and not too slowly. */
const metered = (most: number, ms: number, patience: Patience, atEnd: () => void) => {
  let size = 0;
  return new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => patience.signal.addEventListener("abort", () => controller.error(patience.signal.reason)),
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > most) return patience.end(new TooManyBytesError(`more than ${most} bytes`));
      patience.allow(ms);
      controller.enqueue(chunk);
    },
    flush: atEnd,
  });
};

/**
 * Ask a service. Redirects are not followed: where they lead nobody has looked at. The answer's body comes as a stream that ends
 * with an error when it is too large or too slow. Errors: `UpstreamFailure` (502) when it cannot be reached, or is too slow to answer;
 * `PayloadTooLarge` (413) for the request.
 */
export const askService = async ({ fetch: ask, limits }: Wire, { url, method, headers, body, length }: UpstreamRequest): Promise<Response | XrpcFault> => {
  const patience = new Patience();
  const waitForAnswer = () => patience.allow(limits.headersTimeout);
  if (body === undefined) waitForAnswer();
  else patience.allow(limits.bodyTimeout);
  const sent = body?.pipeThrough(metered(limits.maxRequest, limits.bodyTimeout, patience, waitForAnswer));
  try {
    const payload = sent === undefined || length === undefined ? sent : ofLength(sent, length);
    const answer = await ask(url, { method, headers, redirect: "manual", signal: patience.signal, ...(payload === undefined ? {} : { body: payload }) });
    patience.allow(limits.bodyTimeout);
    if (answer.body === null) {
      patience.settle();
      return answer;
    }
    const stream = answer.body.pipeThrough(metered(limits.maxAnswer, limits.bodyTimeout, patience, () => patience.settle()));
    return new Response(stream, answer);
  } catch (error) {
    patience.settle();
    if (patience.signal.reason instanceof TooManyBytesError) return tooLarge(limits.maxRequest);
    console.error(JSON.stringify({ event: "upstream-unreachable", url: new URL(url).origin, error: error instanceof Error ? error.message : String(error) }));
    return UNREACHABLE;
  }
};

/** The same bytes with their length known, which the service is then told. */
const ofLength = (stream: ReadableStream<Uint8Array>, length: number): ReadableStream<Uint8Array> => {
  const fixed = new FixedLengthStream(length);
  // What goes wrong here fails the request that reads it.
  stream.pipeTo(fixed.writable).catch(() => undefined);
  return fixed.readable;
};
