import { fault, invalid } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { BODY_TIMEOUT, DRAIN_BYTES, DRAIN_TIMEOUT, SPENT_DRAIN_BYTES, SPENT_DRAIN_TIMEOUT } from "./limits.ts";

/** Undoes a coding of a body. */
export type Decode = (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;

const tooLarge = (limit: number): XrpcFault =>
  fault(413, "PayloadTooLarge", `request entity too large: more than ${limit} bytes`);

/** 408: what did not come in time (RFC 9110, 15.5.9). */
const TOO_SLOW = fault(408, "RequestTimeout", `The body did not come within ${BODY_TIMEOUT / 1000} seconds`);

/** What did not happen in time. */
class TooSlowError extends Error {
  override readonly name = "TooSlowError";
}

/** The outcome of `work`, if there is one within so many ms. @throws TooSlowError */
export const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlowError()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const FIRST_BYTES = 16_384;

/** Bytes as they come, in one buffer that grows: a list of pieces of a byte each would take a hundred times as much. */
class Gathered {
  #bytes = new Uint8Array(FIRST_BYTES);
  #size = 0;

  add(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }
}

/** All that comes, or a fault when that is more than `limit` bytes; up to `patience` further bytes are taken in, and not kept. */
const gather = async (reader: ReadableStreamDefaultReader<Uint8Array>, limit: number, patience: number): Promise<Uint8Array | XrpcFault> => {
  let gathered: Gathered | undefined = new Gathered();
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return gathered?.bytes ?? tooLarge(limit);
    size += value.byteLength;
    if (size > limit) gathered = undefined;
    gathered?.add(value);
    if (size <= limit + patience) continue;
    await reader.cancel();
    return tooLarge(limit);
  }
};

const readBytes = (request: Request, limit: number, decode: Decode | undefined): Promise<Uint8Array | XrpcFault> => {
  if (decode === undefined && request.headers.has("content-length")) return request.arrayBuffer().then((bytes) => (bytes.byteLength > limit ? tooLarge(limit) : new Uint8Array(bytes)));
  if (request.body === null) return Promise.resolve(new Uint8Array());
  // Of what unpacks to too much there is nothing more to read.
  return gather((decode === undefined ? request.body : decode(request.body)).getReader(), limit, decode === undefined ? DRAIN_BYTES : 0);
};

/**
 * The whole body. Errors: `PayloadTooLarge` (413) when it has more than `limit` bytes, compressed or not; `RequestTimeout` (408);
 * `InvalidRequest` (400): a client that breaks off has sent a bad request, which is no fault of ours.
 */
export const readWhole = async (request: Request, limit: number, decode: Decode | undefined): Promise<Uint8Array | XrpcFault> => {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return tooLarge(limit);
  try {
    return await within(BODY_TIMEOUT, readBytes(request, limit, decode));
  } catch (error) {
    if (error instanceof TooSlowError) return TOO_SLOW;
    return invalid(decode === undefined ? "The request ended before its body did" : "The body is not what its Content-Encoding says");
  }
};

/** Whether anything comes at all. Errors: `RequestTimeout` (408), `InvalidRequest` (400). */
export const hasBytes = async ({ body }: Request): Promise<boolean | XrpcFault> => {
  if (body === null) return false;
  const reader = body.getReader();
  const any = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value.byteLength > 0) return !done;
    }
  };
  try {
    return await within(BODY_TIMEOUT, any());
  } catch (error) {
    return error instanceof TooSlowError ? TOO_SLOW : invalid("The request ended before its body did");
  } finally {
    // What else comes is for `drain`.
    reader.releaseLock();
  }
};

/**
 * Read a body that nobody wants, up to a bound. Answering while the client is still sending closes the connection under
 * it, and then it never sees why it was refused. Never throws. @param isSpent the client has asked too often: less is taken of it.
 */
export const drain = async ({ body }: Request, isSpent = false): Promise<void> => {
  // Whoever has it reads it, or has done so.
  if (body === null || body.locked) return;
  const reader = body.getReader();
  const all = async () => {
    for (let size = 0; size <= (isSpent ? SPENT_DRAIN_BYTES : DRAIN_BYTES); ) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.byteLength;
    }
    await reader.cancel();
  };
  // The client went away, or sends too slowly to be told anything.
  await within(isSpent ? SPENT_DRAIN_TIMEOUT : DRAIN_TIMEOUT, all()).catch(() => undefined);
};
