import { type Duplex, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { fault } from "@rookery/pds";
import type { XrpcFault } from "@rookery/sync";

type Bytes = ReadableStream<Uint8Array>;

/** Codings that a body may have, each with what undoes it (RFC 9110, 8.4.1). */
const DECODERS: Record<string, (body: Bytes) => Bytes> = {
  gzip: (body) => through(createGunzip(), body),
  "x-gzip": (body) => through(createGunzip(), body),
  deflate: (body) => through(createInflate(), body),
  br: (body) => through(createBrotliDecompress(), body),
};

/** The platform's own streams have no brotli, and refuse gzip of more than one member (RFC 1952, 2.2). */
const through = (decoder: Duplex, body: Bytes): Bytes => {
  const source = Readable.from(body);
  source.once("error", (error) => decoder.destroy(error));
  const chunks: AsyncIterator<Uint8Array> = source.pipe(decoder)[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void decoder.destroy(),
  });
};

/** Codings in the order they were applied; `identity` is none. Longer lists are nobody's, and would be a bomb of bombs. */
const MAX_CODINGS = 3;

const codingsOf = (request: Request): string[] =>
  (request.headers.get("content-encoding") ?? "").split(",").map((name) => name.trim().toLowerCase()).filter((name) => name !== "" && name !== "identity");

/** 415: a coding that is not undone here, in the reference's words. */
const unsupported = (words: string): XrpcFault => fault(415, "UnsupportedMediaType", words);

/** The request with its body as it was before it was compressed; the request itself when it was not. Errors: 415. */
export const decodedRequest = (request: Request): Request | XrpcFault => {
  const codings = codingsOf(request);
  if (codings.length === 0) return request;
  const decoders = codings.map((name) => (Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined));
  if (codings.length > MAX_CODINGS || decoders.includes(undefined)) return unsupported("unsupported content-encoding");
  const headers = new Headers(request.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  const body = decoders.reduceRight((stream: Bytes, undo) => (undo === undefined ? stream : undo(stream)), request.body ?? new Blob([]).stream());
  return new Request(request.url, { method: request.method, headers, body });
};

/** What undoes the coding of a JSON body; undefined when it has none. Only these, as in the reference. Errors: 415. */
export const jsonDecoder = (request: Request): ((body: Bytes) => Bytes) | undefined | XrpcFault => {
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (coding === "identity" || coding === "") return undefined;
  return coding === "gzip" || coding === "deflate" ? DECODERS[coding] : unsupported(`unsupported content encoding "${coding.slice(0, 100)}"`);
};
