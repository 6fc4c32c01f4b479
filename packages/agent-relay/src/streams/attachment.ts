import type { FilterSpec } from "@rookery/sync";
import type { StreamFormat } from "./listener.ts";

/**
 * What survives hibernation with a socket: who reads, what, and how far. `after` is there exactly while the reader is behind;
 * without it the reader is live and its cursor is the end of the log (see subscriber.ts).
 */
export interface Attachment {
  format: StreamFormat;
  userAgent: string;
  address: string;
  /** Milliseconds since 1970. */
  since: number;
  /** Seq of the last event sent; absent when live. */
  after?: number;
  /** Jetstream messages before this time are not wanted: a cursor may point between the messages of one event. */
  fromUs?: number;
  /** The client asked to be sent nothing before its first options_update. */
  waiting?: true;
  /** Of a Jetstream reader: its filter, or its row in the table of filters when it is too long for an attachment. */
  filter?: FilterSpec | { row: number };
}

/** Longest `User-Agent` and address that are kept: an attachment may have 16 KB in all. */
const MAX_AGENT = 200;
const MAX_ADDRESS = 64;

/** Who asks, from the headers of its request. */
export function callerOf({ headers }: Request): Pick<Attachment, "userAgent" | "address"> {
  return { userAgent: (headers.get("user-agent") ?? "").slice(0, MAX_AGENT), address: (headers.get("cf-connecting-ip") ?? "").slice(0, MAX_ADDRESS) };
}

/** A named boundary: an attachment was written by this version or, for the firehose alone, by an earlier one without formats. */
export function attachmentOf(ws: WebSocket): Attachment {
  const found: unknown = ws.deserializeAttachment();
  if (typeof found === "object" && found !== null && "format" in found) return found as Attachment;
  const after = typeof found === "object" && found !== null && "after" in found && typeof found.after === "number" ? { after: found.after } : {};
  return { format: "subscribeRepos", userAgent: "", address: "", since: 0, ...after };
}
