import { fault, invalid, isFault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { jsonDecoder } from "./content-encoding.ts";

const tooLarge = (limit: number): XrpcFault =>
  fault(413, "PayloadTooLarge", `request entity too large: more than ${limit} bytes`);

/** Bytes of a refused request that are still taken in. */
const DRAIN_LIMIT = 16_000_000;

/** The whole body, or a fault if it is larger than `limit` bytes, compressed or not; nothing past the limit is kept. */
const readBytes = async (request: Request, limit: number, decode: Decode | undefined): Promise<Uint8Array | XrpcFault> => {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limit) return tooLarge(limit);
  if (decode === undefined && request.headers.has("content-length")) return new Uint8Array(await request.arrayBuffer());
  const body = request.body === null || decode === undefined ? request.body : decode(request.body);
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Read on for a while, as `drain` does; of what unpacks to too much there is nothing more to read.
    if (size > limit + (decode === undefined ? DRAIN_LIMIT : 0)) break;
    if (size > limit) chunks = [];
    else chunks.push(chunk);
  }
  return size > limit ? tooLarge(limit) : new Uint8Array(Buffer.concat(chunks));
};

type Decode = (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;

/** {@link readBytes}; a client that breaks off has sent a bad request, which is no fault of ours. */
const readWhole = async (request: Request, limit: number, decode: Decode | undefined): Promise<Uint8Array | XrpcFault> => {
  try {
    return await readBytes(request, limit, decode);
  } catch {
    return invalid(decode === undefined ? "The request ended before its body did" : "The body is not what its Content-Encoding says");
  }
};

/** What is said of a request without the body that its method needs, or without its type: the reference's words. */
const missing = (isEmpty: boolean): XrpcFault =>
  invalid(isEmpty ? "A request body is expected but none was provided" : "Request encoding (Content-Type) required but not provided");

/** Whether a body that is left to the handler as a stream can be taken at all; a fault if not. */
export const checkStream = (request: Request): XrpcFault | undefined => {
  // Without a length and not in chunks there is no body; a length of 0 says that it is empty (RFC 9112, 6.3).
  if (request.body === null && !request.headers.has("content-length")) return missing(true);
  return request.headers.get("content-type") ? undefined : missing(false);
};

/** Parse a JSON body of at most `limit` bytes. */
export const readJson = async (request: Request, limit: number): Promise<{ json: unknown } | XrpcFault> => {
  const type = request.headers.get("content-type");
  const decode = jsonDecoder(request);
  if (isFault(decode)) return decode;
  const bytes = await readWhole(request, limit, decode);
  if (!(bytes instanceof Uint8Array)) return bytes;
  if (!type) return missing(bytes.length === 0 && request.headers.get("content-length") !== "0");
  const [mime = "", ...parameters] = type.split(";").map((part) => part.trim().toLowerCase());
  if (mime !== "application/json") return invalid(`Wrong request encoding (Content-Type): ${mime}`);
  const charset = parameters.find((part) => part.startsWith("charset="))?.slice("charset=".length).replaceAll('"', "");
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") return fault(415, "UnsupportedMediaType", `unsupported charset "${charset.slice(0, 100)}"`);
  return parse(bytes);
};

/** Strict, and a byte order mark is left out. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** As the reference's parser: nothing at all is an empty object, and else it must be an object or an array. */
const parse = (bytes: Uint8Array): { json: unknown } | XrpcFault => {
  try {
    const text = UTF8.decode(bytes);
    if (text === "") return { json: {} };
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? { json } : invalid("Invalid JSON body: not an object");
  } catch (error) {
    return invalid(`Invalid JSON body: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Methods without input take no body, as in the reference; a fault when there is one. */
export const refuseBody = async (request: Request): Promise<XrpcFault | undefined> => {
  // Of a GET the runtime leaves the body out, and only its length is seen.
  if (request.method === "GET" && Number(request.headers.get("content-length") ?? 0) > 0) return unexpected;
  for await (const chunk of request.body ?? []) if (chunk.byteLength > 0) return unexpected;
  return undefined;
};

const unexpected = invalid("A request body was provided when none was expected");

/**
 * Read a body that nobody wants, up to a bound. Answering while the client is still sending closes the connection under
 * it, and then it never sees why it was refused.
 */
export const drain = async (request: Request): Promise<void> => {
  if (request.body === null || request.bodyUsed) return;
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > DRAIN_LIMIT) return;
    }
  } catch {
    // The client went away: there is nobody left to answer.
  }
};
