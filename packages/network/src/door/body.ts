import { fault, invalid } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";

const tooLarge = (limit: number): XrpcFault =>
  fault(413, "PayloadTooLarge", `request entity too large: more than ${limit} bytes`);

/** Bytes of a refused request that are still taken in. */
const DRAIN_LIMIT = 16_000_000;

/** The whole body, or a fault if it is larger than `limit` bytes; nothing past the limit is kept. */
const readBytes = async (request: Request, limit: number): Promise<Uint8Array | XrpcFault> => {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limit) return tooLarge(limit);
  if (request.headers.has("content-length")) return new Uint8Array(await request.arrayBuffer());
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    // Read on for a while, as `drain` does.
    if (size > limit + DRAIN_LIMIT) break;
    if (size > limit) chunks = [];
    else chunks.push(chunk);
  }
  return size > limit ? tooLarge(limit) : new Uint8Array(Buffer.concat(chunks));
};

/** {@link readBytes}; a client that breaks off has sent a bad request, which is no fault of ours. */
const readWhole = async (request: Request, limit: number): Promise<Uint8Array | XrpcFault> => {
  try {
    return await readBytes(request, limit);
  } catch {
    return invalid("The request ended before its body did");
  }
};

/** What is said of a request without the body that its method needs, or without its type: the reference's words. */
const missing = (isEmpty: boolean): XrpcFault =>
  invalid(isEmpty ? "A request body is expected but none was provided" : "Request encoding (Content-Type) required but not provided");

/** Bodies come as they are: nothing here unpacks gzip and its like. */
const refuseEncoding = (request: Request): XrpcFault | undefined => {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  return encoding === "identity" || encoding === "" ? undefined : fault(415, "UnsupportedMediaType", `unsupported content encoding "${encoding.slice(0, 100)}"`);
};

/** Whether a body that is left to the handler as a stream can be taken at all; a fault if not. */
export const checkStream = (request: Request): XrpcFault | undefined => {
  // Without a length and not in chunks there is no body; a length of 0 says that it is empty (RFC 9112, 6.3).
  if (request.body === null && !request.headers.has("content-length")) return missing(true);
  return request.headers.get("content-type") ? refuseEncoding(request) : missing(false);
};

/** Parse a JSON body of at most `limit` bytes. */
export const readJson = async (request: Request, limit: number): Promise<{ json: unknown } | XrpcFault> => {
  const type = request.headers.get("content-type");
  const packed = refuseEncoding(request);
  if (packed !== undefined) return packed;
  const bytes = await readWhole(request, limit);
  if (!(bytes instanceof Uint8Array)) return bytes;
  if (!type) return missing(bytes.length === 0 && request.headers.get("content-length") !== "0");
  const [mime = "", ...parameters] = type.split(";").map((part) => part.trim().toLowerCase());
  if (mime !== "application/json") return invalid(`Wrong request encoding (Content-Type): ${mime}`);
  const charset = parameters.find((part) => part.startsWith("charset="))?.slice("charset=".length).replaceAll('"', "");
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") return fault(415, "UnsupportedMediaType", `unsupported charset "${charset.slice(0, 100)}"`);
  return parse(bytes);
};

/** As the reference's parser: nothing at all is an empty object, and else it must be an object or an array. */
const parse = (bytes: Uint8Array): { json: unknown } | XrpcFault => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
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
