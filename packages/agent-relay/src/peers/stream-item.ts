import { decodeFrame, MAX_FRAME_BYTES, templateOf, type StreamMessage } from "@rookery/sync";
import type { Received } from "./connection.ts";
import { MAX_SEQ } from "./position.ts";
import type { RefusalCode } from "./verifier.ts";

/** A message of an account, with its place in the host's stream. */
export interface StreamItem {
  seq: number;
  did: string;
  message: Exclude<StreamMessage, { t: "#info" }>;
  /** The frame as it came. */
  frame: Uint8Array;
}

/** What one WebSocket message turned out to be. `skipped` is of a type that we do not know; its seq counts when it has one. */
export type Reading =
  | { kind: "item"; item: StreamItem }
  | { kind: "info"; name: string; message: string }
  | { kind: "error"; error: string; message: string }
  | { kind: "skipped"; seq: number | undefined }
  | { kind: "refused"; code: RefusalCode };

/** Read one message of a host. Whatever it holds, this does not throw. */
export function readMessage(received: Received): Reading {
  if (received.kind === "text") return { kind: "refused", code: "TextFrame" };
  if (received.kind === "oversize" || received.bytes.length > MAX_FRAME_BYTES) return { kind: "refused", code: "TooLarge" };
  const frame = received.bytes;
  const decoded = decodeFrame(frame);
  switch (decoded.kind) {
    case "malformed":
      return { kind: "refused", code: "Malformed" };
    case "error":
      return { kind: "error", error: decoded.error, message: decoded.message ?? "" };
    case "unknown":
      return { kind: "skipped", seq: seqIn(frame) };
    case "message": {
      if (decoded.t === "#info") return { kind: "info", name: decoded.body.name, message: decoded.body.message ?? "" };
      const { seq } = decoded.body;
      if (seq > MAX_SEQ) return { kind: "refused", code: "BadSeq" };
      const did = decoded.t === "#commit" ? decoded.body.repo : decoded.body.did;
      return { kind: "item", item: { seq, did, message: decoded, frame } };
    }
  }
}

function seqIn(frame: Uint8Array): number | undefined {
  try {
    const { seq } = templateOf(frame);
    return seq >= 1 && seq <= MAX_SEQ ? seq : undefined;
  } catch {
    return undefined;
  }
}
