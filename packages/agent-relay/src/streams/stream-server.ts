import { parseClientMessage } from "@rookery/sync";
import type { EventLog, LoggedFrame } from "../log.ts";
import { MAX_CLIENT_MESSAGE_CHARS, MAX_CLOSING_PER_ADDRESS, MAX_SUBSCRIBERS, MAX_SUBSCRIBERS_PER_ADDRESS } from "../settings.ts";
import { attachmentOf, callerOf, type Attachment } from "./attachment.ts";
import { FilterStore } from "./filter-store.ts";
import type { Listener } from "./listener.ts";
import { admit, type Admission } from "./stream-request.ts";
import { Subscribers } from "./subscribers.ts";
import { errorFrame, infoFrame } from "./words.ts";
import { packJetstream } from "./zstd/packer.ts";

/** What a stream server needs of the object whose log it serves. */
export interface StreamServerOptions {
  log: EventLog;
  /** Bytes one reader may leave unread: more is not put into its socket, it falls behind instead. */
  maxBufferedBytes: number;
  /** Say `#info` to readers this often, in milliseconds; 0 or absent: never. It keeps the object awake while anybody reads. */
  heartbeatMs?: number;
  now: () => number;
}

/**
 * Serves one object's log to WebSocket clients in every format: the firehose and its newer framings, Jetstream v1, and
 * subscribeEvents. Both the colony's relay and the network's use it, so that every stream has the same manners.
 */
export class StreamServer {
  readonly #ctx: DurableObjectState;
  readonly #log: EventLog;
  readonly #now: () => number;
  readonly #filters: FilterStore;
  readonly #subscribers: Subscribers;
  readonly #heartbeatMs: number;
  #heart: ReturnType<typeof setInterval> | undefined;

  constructor(ctx: DurableObjectState, options: StreamServerOptions) {
    this.#ctx = ctx;
    this.#log = options.log;
    this.#now = options.now;
    this.#heartbeatMs = options.heartbeatMs ?? 0;
    const sockets = ctx.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN);
    this.#filters = new FilterStore(ctx.storage.sql, sockets.map((ws) => attachmentOf(ws).filter));
    this.#subscribers = new Subscribers({ ...options, filters: this.#filters, pack: packJetstream }, sockets);
    this.#beat();
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

  /** Answer a request for a stream: `/subscribe`, subscribeEvents by its path, and else the firehose. */
  async fetch(request: Request): Promise<Response> {
    if (request.method !== "GET") return refusal(405, "MethodNotAllowed", `${request.method} is not possible here, GET is`, { allow: "GET" });
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return refusal(426, "UpgradeRequired", "this is an event stream: connect with a WebSocket", { upgrade: "websocket", connection: "upgrade" });
    }
    const asked = admit(request, this.#log);
    if (!asked.ok) return refusal(asked.error.status, asked.error.name, asked.error.message);
    if (this.#subscribers.count >= MAX_SUBSCRIBERS) return busy(503, "no more subscribers are possible now; try again later");
    const { address } = callerOf(request);
    if (isTold(address) && this.#subscribers.countFrom(address) >= MAX_SUBSCRIBERS_PER_ADDRESS) return busy(429, `${address} has ${MAX_SUBSCRIBERS_PER_ADDRESS} connections already`);
    if (isTold(address) && this.#closingFrom(address) >= MAX_CLOSING_PER_ADDRESS) return busy(429, `${address} has connections that it does not close`);
    const { filter, subprotocol } = asked.value;
    const stored = filter === undefined ? undefined : this.#filters.put(filter);
    if (stored?.ok === false) return stored.error.status === 503 ? busy(503, stored.error.message) : refusal(stored.error.status, stored.error.name, stored.error.message);
    const webSocket = this.#accept(request, asked.value, stored?.value);
    return new Response(null, { status: 101, webSocket, ...(subprotocol === undefined ? {} : { headers: { "sec-websocket-protocol": subprotocol } }) });
  }

  /** The object's webSocketMessage. */
  message(ws: WebSocket, data: string | ArrayBuffer): void {
    const subscriber = this.#subscribers.of(ws);
    const chars = typeof data === "string" ? data.length : data.byteLength;
    if (subscriber === undefined || !this.#subscribers.mayTalk(ws, chars)) return;
    const { format } = subscriber.attachment;
    if (format === "subscribeEvents") return this.#subscribers.dismiss(ws, 1008, "this stream takes no messages");
    // Binary messages mean nothing to Jetstream, and none does to the firehose.
    if (subscriber.extras === undefined || typeof data !== "string") return;
    if (chars > MAX_CLIENT_MESSAGE_CHARS) return this.#subscribers.dismiss(ws, 1009, "message too long");
    const said = parseClientMessage(data, subscriber.extras);
    if (said.kind === "malformed") return this.#subscribers.dismiss(ws, 1007, reasonOf(said.message));
    if (said.kind === "invalid") return this.#subscribers.dismiss(ws, 1008, reasonOf(said.message));
    if (said.kind === "ignored") return;
    const stored = this.#filters.put(said.filter);
    if (!stored.ok) return this.#subscribers.dismiss(ws, stored.error.status === 503 ? 1013 : 1008, reasonOf(stored.error.message));
    this.#subscribers.refilter(ws, subscriber, said.filter, stored.value);
  }

  /** The object's webSocketClose. */
  closed(ws: WebSocket, code: number): void {
    this.#subscribers.remove(ws);
    this.#beat();
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
    this.#beat();
  }

  /** Number of sockets from one network address that were told to go and are still there. */
  #closingFrom(address: string): number {
    return this.#ctx.getWebSockets().filter((ws) => ws.readyState !== WebSocket.OPEN && attachmentOf(ws).address === address).length;
  }

  #accept(request: Request, { format, start, filter, waiting }: Admission, stored: Attachment["filter"]): WebSocket {
    const { 0: client, 1: server } = new WebSocketPair();
    if (start.kind === "future") {
      // Answered and done: nothing here is worth hibernating.
      server.accept();
      const last = errorFrame(format, "FutureCursor", start.message);
      if (last !== undefined) server.send(last);
      server.close(1008, "FutureCursor");
      return client;
    }
    this.#ctx.acceptWebSocket(server);
    if (start.kind === "replay" && start.outdated) {
      const cursor = new URL(request.url).searchParams.get("cursor") ?? "";
      const info = infoFrame(format, "OutdatedCursor", `events after ${cursor} are no longer all here; going on with the oldest there is`);
      if (info !== undefined) server.send(info);
    }
    const attachment: Attachment = {
      format, ...callerOf(request), since: this.#now(),
      ...(start.kind === "replay" ? { after: start.after, ...(start.fromUs === undefined ? {} : { fromUs: start.fromUs }) } : {}),
      ...(waiting ? { waiting: true as const } : {}),
      ...(stored === undefined ? {} : { filter: stored }),
    };
    this.#subscribers.add(server, attachment, filter);
    this.#beat();
    return client;
  }

  /** The heart beats exactly while there is somebody to hear it: a timer is what keeps an object from hibernating. */
  #beat(): void {
    if (this.#heartbeatMs <= 0) return;
    if (this.count > 0) this.#heart ??= setInterval(() => this.#subscribers.heartbeat(), this.#heartbeatMs);
    else {
      clearInterval(this.#heart);
      this.#heart = undefined;
    }
  }
}

/** Whether an address tells clients apart: on loopback, or without Cloudflare in front, they all have the same or none. */
const isTold = (address: string): boolean => address !== "" && !/^(?:127\.|::1$|::ffff:127\.)/.test(address);

const refusal = (status: number, error: string, message: string, headers: Record<string, string> = {}): Response => Response.json({ error, message }, { status, headers });
const busy = (status: 429 | 503, message: string): Response => refusal(status, "TooManySubscribers", message, { "retry-after": "60" });

/** A reason for a close frame: at most 123 bytes (RFC 6455), hence printable ASCII. */
const reasonOf = (message: string): string => message.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 123);
