/**
 * A host as a peer sees it: its stream and what it answers, as a test says, in an object of its own. It sends what it is told,
 * true or not.
 */
import { DurableObject } from "cloudflare:workers";

/** One message of the stream: bytes or text; `seq` is where it belongs for readers that come with a cursor. */
export interface Sent {
  seq: number;
  data: Uint8Array | string;
}

/** What the host answers to a request for a path with its query. */
export interface Answer {
  status: number;
  body: Uint8Array | string;
  /** Sent in pieces of so many bytes. */
  piece?: number;
  /** Never ends. */
  stalls?: true;
  /** Waits until the path has another answer, and is this one all the same. */
  isLate?: true;
}

export class FakeHost extends DurableObject {
  #log: Sent[] = [];
  #sockets: WebSocket[] = [];
  readonly #answers = new Map<string, Answer>();
  #changed: (() => void)[] = [];
  #asked: string[] = [];
  #refusal: number | undefined;
  #greeting: Uint8Array[] = [];

  /** Send messages to whoever listens, and later to whoever asks for them. */
  async send(messages: Sent[]): Promise<void> {
    this.#log.push(...messages);
    for (const { data } of messages) for (const socket of this.#sockets) socket.send(data);
  }

  /** Messages that are not part of the log: sent once, to those who listen now. */
  async say(messages: (Uint8Array | string)[]): Promise<void> {
    for (const data of messages) for (const socket of this.#sockets) socket.send(data);
  }

  /** The log is another one from now on. */
  async rewrite(log: Sent[]): Promise<void> {
    this.#log = log;
  }

  async sent(): Promise<Sent[]> {
    return this.#log;
  }

  /** What every new listener is told first. */
  async greet(messages: Uint8Array[]): Promise<void> {
    this.#greeting = messages;
  }

  async answer(path: string, answer: Answer | undefined): Promise<void> {
    if (answer === undefined) this.#answers.delete(path);
    else this.#answers.set(path, answer);
    for (const look of this.#changed.splice(0)) look();
  }

  /** Refuse listeners with this HTTP status; undefined takes them again. */
  async refuse(status: number | undefined): Promise<void> {
    this.#refusal = status;
  }

  async hangUp(): Promise<void> {
    for (const socket of this.#sockets.splice(0)) socket.close(1001, "going away");
  }

  /** Paths with queries asked for so far, streams among them. */
  async asked(): Promise<string[]> {
    return this.#asked;
  }

  async listeners(): Promise<number> {
    return this.#sockets.length;
  }

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.slice("/xrpc/com.atproto.sync.".length) + url.search;
    this.#asked.push(path);
    if (path.startsWith("subscribeRepos")) return this.#stream(Number(url.searchParams.get("cursor")));
    const answer = this.#answers.get(path);
    if (answer === undefined) return Response.json({ error: "RepoNotFound" }, { status: 400 });
    const { status, body, piece, stalls = false, isLate = false } = answer;
    if (isLate) await this.#replaced(path, answer);
    return new Response(piece === undefined || typeof body === "string" ? body : inPieces(body, piece, stalls), { status });
  }

  async #replaced(path: string, answer: Answer): Promise<void> {
    while (this.#answers.get(path) === answer) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #stream(cursor: number): Response {
    if (this.#refusal !== undefined) return new Response("no", { status: this.#refusal });
    const [client, server] = Object.values(new WebSocketPair());
    if (client === undefined || server === undefined) throw new Error("no pair");
    server.accept();
    for (const data of this.#greeting) server.send(data);
    for (const { data } of this.#log.filter(({ seq }) => seq > cursor)) server.send(data);
    this.#sockets.push(server);
    server.addEventListener("close", () => {
      this.#sockets = this.#sockets.filter((socket) => socket !== server);
    });
    return new Response(null, { status: 101, webSocket: client });
  }
}

function inPieces(bytes: Uint8Array, size: number, stalls: boolean): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= bytes.length && stalls) await scheduler.wait(60_000);
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += size)));
    },
  });
}
