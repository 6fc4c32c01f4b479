import { fault, invalid, isFault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";
import { jsonDecoder } from "./content-encoding.ts";
import { refuseShape } from "./json-shape.ts";
import { hasBytes, readWhole } from "./whole-body.ts";

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
  const shape = refuseShape(bytes);
  return shape === undefined ? parse(bytes) : invalid(`Invalid JSON body: ${shape}`);
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
  const any = await hasBytes(request);
  return any === true ? unexpected : any === false ? undefined : any;
};

const unexpected = invalid("A request body was provided when none was expected");
