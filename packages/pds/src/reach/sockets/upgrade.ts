import { errorText } from "@rookery/sync";
import type { SocketHost } from "./socket-host.ts";

/** The one framing of these streams: JSON text, `{$type: "message", payload}` or `{$type: "error", error, message}`. */
const SUBPROTOCOL = "xrpc.v1.json";

/** A refusal over HTTP when a request is no WebSocket, or speaks another framing; undefined when it can go on. */
export function refuseUpgrade(request: Request): Response | undefined {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
    return refusal(426, "UpgradeRequired", "this is an event stream: connect with a WebSocket", { upgrade: "websocket", connection: "upgrade" });
  const offered = offeredIn(request);
  // A browser that offered something takes no answer for a failure.
  if (offered.length > 0 && !offered.includes(SUBPROTOCOL)) return refusal(400, "InvalidRequest", `offer the subprotocol ${SUBPROTOCOL}`);
  return undefined;
}

/** Accept the socket under these tags: it may outlive the object's sleep, with what is attached to it. */
export function accept(host: SocketHost, request: Request, tags: string[], attach: (server: WebSocket) => void): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  host.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  host.acceptWebSocket(server, tags);
  attach(server);
  return upgraded(request, client);
}

/** Accept the socket to say why not, and close. */
export function dismissAtOnce(request: Request, error: string, message: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  dismiss(server, error, message);
  return upgraded(request, client);
}

/** Say why, and close. Never throws: the socket may be gone already. */
export function dismiss(ws: WebSocket, error: string, message: string): void {
  try {
    ws.send(errorText(error, message));
    ws.close(1008, error);
  } catch {
    // Gone is what was wanted.
  }
}

/** Whether a socket that the object still holds was not told to go: those stay until their other side answers. */
export const isOpen = ({ readyState }: WebSocket): boolean => readyState === WebSocket.OPEN;

/** The other side has closed: so do we. */
export function goodbye(ws: WebSocket): void {
  try {
    ws.close(1000);
  } catch {
    // Closed already.
  }
}

/** An answer instead of a socket. */
export const refusal = (status: number, error: string, message: string, headers: Record<string, string> = {}): Response => Response.json({ error, message }, { status, headers });

const upgraded = (request: Request, webSocket: WebSocket): Response =>
  new Response(null, { status: 101, webSocket, ...(offeredIn(request).length > 0 ? { headers: { "sec-websocket-protocol": SUBPROTOCOL } } : {}) });

const offeredIn = (request: Request): string[] => (request.headers.get("sec-websocket-protocol") ?? "").split(",").map((token) => token.trim()).filter((token) => token !== "");
