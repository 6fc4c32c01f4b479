import type { EventLog, LoggedFrame } from "../log.ts";
import { MAX_SUBSCRIBERS } from "../settings.ts";
import { answerFirehose, futureCursorFrame, outdatedCursorFrame } from "./firehose-http.ts";
import type { Listener } from "./listener.ts";
import { Subscribers } from "./subscribers.ts";

/** What a stream server needs of the object whose log it serves. */
export interface StreamServerOptions {
  log: EventLog;
  /** Bytes one reader may leave unread: more is not put into its socket, it falls behind instead. */
  maxBufferedBytes: number;
  now: () => number;
}

/**
 * Serves one object's log to WebSocket clients: accepts them, and hands each event of the object's socket handlers to the
 * reader it belongs to. Both the colony's relay and the network's use it, so that every stream has the same manners.
 */
export class StreamServer {
  readonly #ctx: DurableObjectState;
  readonly #log: EventLog;
  readonly #subscribers: Subscribers;

  constructor(ctx: DurableObjectState, options: StreamServerOptions) {
    this.#ctx = ctx;
    this.#log = options.log;
    this.#subscribers = new Subscribers(options, ctx.getWebSockets());
  }

  /** Number of readers connected now. */
  get count(): number {
    return this.#subscribers.count;
  }

  /** Who reads, in no particular order. */
  listeners(): Listener[] {
    return this.#subscribers.listeners();
  }

  /** Events appended in this very turn. */
  publish(frames: LoggedFrame[]): void {
    this.#subscribers.publish(frames);
  }

  /** Answer a request for a stream. */
  async fetch(request: Request): Promise<Response> {
    const answer = answerFirehose(request, this.#log, this.#subscribers.count >= MAX_SUBSCRIBERS);
    if (answer.kind === "refuse") return answer.response;
    const { 0: client, 1: server } = new WebSocketPair();
    const { start } = answer;
    if (start.kind === "future") {
      // Answered and done: nothing here is worth hibernating.
      server.accept();
      server.send(futureCursorFrame(start.message));
      server.close(1008, "FutureCursor");
    } else {
      this.#ctx.acceptWebSocket(server);
      if (start.kind === "replay" && start.outdated) server.send(outdatedCursorFrame(new URL(request.url).searchParams.get("cursor") ?? ""));
      this.#subscribers.add(server, start.kind === "replay" ? start.after : undefined);
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The object's webSocketMessage. */
  message(ws: WebSocket, _data: string | ArrayBuffer): void {
    this.#subscribers.ignoreMessage(ws);
  }

  /** The object's webSocketClose. */
  closed(ws: WebSocket, code: number): void {
    this.#subscribers.remove(ws);
    try {
      // 1005 and 1006 say "no code" and may not be sent.
      ws.close(code === 1005 || code === 1006 ? 1000 : code);
    } catch {
      // Closed already.
    }
  }

  /** The object's webSocketError. */
  failed(ws: WebSocket): void {
    this.#subscribers.remove(ws);
  }
}
