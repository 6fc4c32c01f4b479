import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { ORIGIN } from "./client.ts";

/** A JSON stream as a test reads it. */
export interface Stream {
  ws: WebSocket;
  protocol: string | null;
  /** Frames, parsed, as they came. */
  frames: { $type: string; payload?: Record<string, unknown>; error?: string; message?: string }[];
  pongs: number;
  closed: { code: number; reason: string } | undefined;
}

interface Connect {
  params?: Record<string, string>;
  headers?: Record<string, string>;
}

/** The answer to a request for a WebSocket at the front door. */
export const upgrade = (nsid: string, { params = {}, headers = {} }: Connect = {}): Promise<Response> =>
  exports.default.fetch(new Request(`${ORIGIN}/xrpc/${nsid}?${new URLSearchParams(params)}`, { headers: { upgrade: "websocket", ...headers } }));

/** Connect to a stream, which must be possible. */
export const connect = async (nsid: string, options: Connect = {}): Promise<Stream> => {
  const response = await upgrade(nsid, options);
  const { webSocket: ws } = response;
  if (ws === null) throw new Error(`${nsid}: ${response.status} ${await response.text()}`);
  const stream: Stream = { ws, protocol: response.headers.get("sec-websocket-protocol"), frames: [], pongs: 0, closed: undefined };
  ws.addEventListener("message", ({ data }) => {
    if (data === "pong") stream.pongs++;
    else stream.frames.push(JSON.parse(String(data)));
  });
  ws.addEventListener("close", ({ code, reason }) => {
    stream.closed = { code, reason };
  });
  ws.accept();
  return stream;
};

/** Payloads of one kind that have come, by the name of their type. */
export const payloads = ({ frames }: Stream, name: string): Record<string, unknown>[] =>
  frames.flatMap(({ payload }) => (payload !== undefined && String(payload["$type"]).endsWith(`#${name}`) ? [payload] : []));

/** Wait until so many payloads of one kind have come. */
export const arrived = (stream: Stream, name: string, count: number): Promise<void> => expect.poll(() => payloads(stream, name).length).toBeGreaterThanOrEqual(count);
