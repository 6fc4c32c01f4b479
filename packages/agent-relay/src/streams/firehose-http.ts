import { encodeErrorFrame, encodeInfoFrame } from "@rookery/sync";
import { startAt, type LogBounds, type Start } from "./cursor.ts";

/** How a request for the firehose is answered: refused over HTTP, or with a socket. */
export type FirehoseAnswer = { kind: "refuse"; response: Response } | { kind: "accept"; start: Exclude<Start, { kind: "malformed" }> };

/** Decide about a request for com.atproto.sync.subscribeRepos. Only method, upgrade and `cursor` are looked at. */
export function answerFirehose(request: Request, log: LogBounds, full: boolean): FirehoseAnswer {
  if (request.method !== "GET") return refuse(405, "MethodNotAllowed", `${request.method} is not possible here, GET is`, { allow: "GET" });
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return refuse(426, "UpgradeRequired", "this is an event stream: connect with a WebSocket", { upgrade: "websocket", connection: "upgrade" });
  }
  const cursors = new URL(request.url).searchParams.getAll("cursor");
  if (cursors.length > 1) return refuse(400, "InvalidRequest", "cursor was given more than once");
  const start = startAt(cursors[0] ?? null, log);
  if (start.kind === "malformed") return refuse(400, "InvalidRequest", start.message);
  if (full) return refuse(503, "TooManySubscribers", "no more subscribers are possible now; try again later", { "retry-after": "60" });
  return { kind: "accept", start };
}

/** Said before the first event when events before the window are gone. */
export function outdatedCursorFrame(cursor: string): Uint8Array {
  return encodeInfoFrame({ name: "OutdatedCursor", message: `events after ${cursor} are no longer all here; going on with the oldest there is` });
}

export function futureCursorFrame(message: string): Uint8Array {
  return encodeErrorFrame({ error: "FutureCursor", message });
}

function refuse(status: number, error: string, message: string, headers: Record<string, string> = {}): FirehoseAnswer {
  return { kind: "refuse", response: Response.json({ error, message }, { status, headers }) };
}
