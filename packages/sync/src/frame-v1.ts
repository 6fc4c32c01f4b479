import { decodeFirst, encode, isLexMap, lexToJson, type LexMap } from "@rookery/repo";

/** NSID of the firehose, as `$type` names its messages. */
export const SUBSCRIBE_REPOS = "com.atproto.sync.subscribeRepos";

/**
 * Subprotocols of event streams (proposal 0015). `xrpc.v0.cbor` is the header-and-payload framing of frame.ts and the default
 * of the firehose; in the other two a frame is one object: `{$type: "message", payload}`, or `{$type: "error", error, message}`.
 */
export type Subprotocol = "xrpc.v0.cbor" | "xrpc.v1.cbor" | "xrpc.v1.json";

/** A frame of the log as a text frame of `xrpc.v1.json`. Throws CborError on damage. */
export function toV1Json(frame: Uint8Array): string {
  const { t, body } = partsOf(frame);
  return JSON.stringify({ $type: "message", payload: lexToJson({ $type: `${SUBSCRIBE_REPOS}${t}`, ...body }) });
}

/** A frame of the log as a binary frame of `xrpc.v1.cbor`. Throws CborError on damage. */
export function toV1Cbor(frame: Uint8Array): Uint8Array {
  const { t, body } = partsOf(frame);
  return encode({ $type: "message", payload: { ...body, $type: `${SUBSCRIBE_REPOS}${t}` } });
}

/** An `#info` of the firehose in `xrpc.v1.cbor`. */
export const v1CborInfo = (name: string, message: string): Uint8Array => encode({ $type: "message", payload: { $type: `${SUBSCRIBE_REPOS}#info`, name, message } });

/** An error in `xrpc.v1.cbor`, after which the stream is closed. */
export const v1CborError = (error: string, message: string): Uint8Array => encode({ $type: "error", error, message });

function partsOf(frame: Uint8Array): { t: string; body: LexMap } {
  const [header, bodyAt] = decodeFirst(frame);
  const [body] = decodeFirst(frame, bodyAt);
  const t = isLexMap(header) ? header["t"] : undefined;
  if (typeof t !== "string" || !isLexMap(body)) throw new TypeError("not a message frame");
  return { t, body };
}
