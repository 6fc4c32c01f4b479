import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the stock relay says of itself (indigo, cmd/relay/main.go). */
const USER_AGENT = "indigo-relay/v0.1.2 (atproto-relay)";

/** A relay as a colony sees it: it takes requestCrawl over HTTP, and may come and listen. */
export class FakeRelay {
  readonly #server: Server;
  #socket: WebSocket | undefined;
  /** Host names that it was asked to crawl, in order. */
  readonly asked: string[] = [];
  /** Seqs it has read. */
  frames = 0;
  /** What it answers; 200 when absent. */
  refusal: { status: number; body: object } | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeRelay> {
    const server = createServer((request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.on("end", () => {
        if (request.method !== "POST" || request.url !== "/xrpc/com.atproto.sync.requestCrawl") return void response.writeHead(404).end();
        relay.asked.push((JSON.parse(text) as { hostname: string }).hostname);
        const { status, body } = relay.refusal ?? { status: 200, body: undefined };
        response.writeHead(status, { "content-type": "application/json" }).end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
    const relay = new FakeRelay(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return relay;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Do what it was asked for: subscribe to the host. */
  async listen(): Promise<void> {
    const hostname = this.asked.at(-1) ?? "";
    // Node's own client takes headers beside protocols.
    const options = { headers: { "user-agent": USER_AGENT } } as unknown as string[];
    const socket = new WebSocket(`ws://${hostname}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`, options);
    socket.addEventListener("message", () => (this.frames += 1));
    await once(socket, "open");
    this.#socket = socket;
  }

  async leave(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    const closed = once(socket, "close");
    socket.close(1000);
    await closed;
    this.#socket = undefined;
  }

  async stop(): Promise<void> {
    await this.leave();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
