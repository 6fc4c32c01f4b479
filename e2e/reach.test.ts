import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { Colony } from "./crash/colony.ts";
import { WEBHOOK_POINT } from "./crash/points.ts";
import { type Caller, arrivedAt, call, callerAt } from "./test/caller.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/** Back on its feet, and the job's lease over. */
const AGAIN_WITHIN = 60_000;

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;
let ann: Caller;
let bob: Caller;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-reach-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  colony = await Colony.at(join(folder, "colony"), plc.url);
  await colony.start();
  ann = await callerAt(colony.origin, "ann");
  bob = await callerAt(colony.origin, "bob");
}, 120_000);

afterAll(async () => {
  await colony?.kill();
  await plc?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const write = async (text: string): Promise<string> => {
  const record = { to: [bob.did], content: [{ $type: "agent.comms.defs#text", text }], createdAt: new Date().toISOString() };
  return (await call<{ uri: string }>(ann, "com.atproto.repo.createRecord", { repo: ann.did, collection: "agent.comms.message", record })).uri;
};

/** Write, also while the colony is on its way back: a write that was not answered may have landed all the same. */
const writeAnyway = async (text: string): Promise<void> => {
  await until(async () => {
    try {
      await write(text);
      return true;
    } catch {
      return false;
    }
  }, `${text} is written`, AGAIN_WITHIN);
};

/** Reads the inbox as a browser would, and comes back whenever the connection ends. */
class Reader {
  readonly uris: string[] = [];
  connections = 0;
  #cursor: string;
  #ws: WebSocket | undefined;
  #isOver = false;

  constructor(cursor: string) {
    this.#cursor = cursor;
    this.#connect();
  }

  stop(): void {
    this.#isOver = true;
    this.#ws?.close();
  }

  #connect(): void {
    const url = `${colony.origin.replace("http", "ws")}/xrpc/agent.comms.subscribeInbox?cursor=${this.#cursor}`;
    const ws = new WebSocket(url, ["xrpc.v1.json", `bearer.${bob.token}`]);
    this.#ws = ws;
    ws.addEventListener("open", () => this.connections++);
    ws.addEventListener("message", ({ data }) => {
      const { payload } = JSON.parse(String(data));
      if (!payload?.$type.endsWith("#message")) return;
      this.uris.push(payload.message.uri);
      this.#cursor = payload.cursor;
    });
    // Node says `error` and no `close` of a connection that never was.
    const ended = new Promise<void>((resolve) => {
      for (const event of ["close", "error"]) ws.addEventListener(event, () => resolve());
    });
    void ended.then(() => !this.#isOver && setTimeout(() => this.#connect(), 100));
  }
}

test("a reader by WebSocket has every message once and in order, while the colony is killed again and again", { timeout: 240_000 }, async () => {
  const { json } = await ask<{ cursor?: string }>("agent.comms.listInbox", { origin: colony.origin, token: bob.token, params: { limit: "100" } });
  const reader = new Reader(json.cursor ?? "0");
  await until(() => reader.connections === 1, "it is connected");
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++) await writeAnyway(`${round} ${i}`);
    await until(() => reader.connections > round, "it is back", AGAIN_WITHIN);
    expect(colony.killWorkerd()).toBe(true);
    for (let i = 0; i < 5; i++) await writeAnyway(`${round} ${i} after`);
  }
  await until(async () => (await arrivedAt(bob)).length >= 30 && reader.uris.length >= (await arrivedAt(bob)).length, "everything is read", AGAIN_WITHIN);
  expect(reader.uris).toEqual((await arrivedAt(bob)).map(({ uri }) => uri));
  expect(new Set(reader.uris).size).toBe(reader.uris.length);
  expect(reader.connections).toBeGreaterThan(3);
  reader.stop();
});

/** What bob is shown of his webhooks. */
const webhooks = async () =>
  (await ask<{ webhooks: { id: string; state: string; deliveredAt?: string; lastError?: string }[] }>("agent.comms.listWebhooks", { origin: colony.origin, token: bob.token })).json.webhooks;

/** An endpoint on this machine, and everything it was sent. */
interface Endpoint {
  url: string;
  taken: { headers: IncomingHttpHeaders; body: string; cursor: number }[];
  status: number;
  server: Server;
}

const endpoints: Endpoint[] = [];

afterEach(() => {
  for (const { server } of endpoints.splice(0)) server.close();
});

const listen = async (): Promise<Endpoint> => {
  const endpoint: Endpoint = { url: "", taken: [], status: 204, server: createServer() };
  endpoint.server.on("request", (request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString("utf8")));
    request.on("end", () => {
      endpoint.taken.push({ headers: request.headers, body, cursor: Number(JSON.parse(body).data.cursor) });
      response.writeHead(endpoint.status).end();
    });
  });
  await new Promise<void>((resolve) => endpoint.server.listen(0, "127.0.0.1", resolve));
  endpoint.url = `http://localhost:${(endpoint.server.address() as AddressInfo).port}/hook`;
  endpoints.push(endpoint);
  return endpoint;
};

test("a webhook is told of everything, in order and at least once, also by a colony that dies between the call and its note", { timeout: 240_000 }, async () => {
  const endpoint = await listen();
  const { secret, webhook } = await call<{ secret: string; webhook: { id: string } }>(bob, "agent.comms.putWebhook", { url: endpoint.url });
  const first = await write("first");
  await until(() => endpoint.taken.length === 1, "it is told of the first", AGAIN_WITHIN);
  // Otherwise the first is what it tells twice.
  await until(async () => (await webhooks()).find(({ id }) => id === webhook.id)?.deliveredAt !== undefined, "and notes that", AGAIN_WITHIN);
  await colony.kill();
  await colony.start(WEBHOOK_POINT);
  const second = await write("second");
  await colony.stoodAt(WEBHOOK_POINT);
  await colony.kill();
  await colony.start();
  const third = await write("third");
  const uris = () => endpoint.taken.map(({ body }): string => JSON.parse(body).data.message.uri);
  await until(() => uris().includes(third), "it is told of the last", AGAIN_WITHIN);
  expect([...new Set(uris())]).toEqual([first, second, third]);
  const cursors = endpoint.taken.map(({ cursor }) => cursor);
  expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
  // Told twice, and known by its id.
  expect(uris().filter((uri) => uri === second).length).toBeGreaterThan(1);
  expect(new Set(endpoint.taken.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
  const headersOf = ({ headers }: Endpoint["taken"][number]) => ({ "webhook-id": String(headers["webhook-id"]), "webhook-timestamp": String(headers["webhook-timestamp"]), "webhook-signature": String(headers["webhook-signature"]) });
  for (const taken of endpoint.taken) expect(new StandardWebhook(secret).verify(taken.body, headersOf(taken))).toEqual(JSON.parse(taken.body));
});

test("a webhook whose endpoint is down while messages come is told of them when it is up", { timeout: 240_000 }, async () => {
  const endpoint = await listen();
  endpoint.status = 503;
  const { webhook } = await call<{ webhook: { id: string } }>(bob, "agent.comms.putWebhook", { url: endpoint.url, contents: "reference" });
  const sent = [await write("one"), await write("two")];
  const known = async () => (await webhooks()).find(({ id }) => id === webhook.id);
  await until(async () => (await known())?.lastError === "HTTP 503", "it is tried");
  expect(await known()).toMatchObject({ state: "retrying" });
  expect(colony.killWorkerd()).toBe(true);
  endpoint.status = 200;
  const uris = () => new Set(endpoint.taken.map(({ body }): string => JSON.parse(body).data.message.uri));
  await until(() => sent.every((uri) => uris().has(uri)), "it is told", AGAIN_WITHIN);
  expect(endpoint.taken.every(({ body }) => !body.includes('"value"'))).toBe(true);
  expect(colony.said).not.toContain(endpoint.url);
});

test("nobody reads an inbox with a token in the URL, and no webhook leads into the house", async () => {
  const inbox = `${colony.origin}/xrpc/agent.comms.subscribeInbox`;
  for (const query of [`token=${bob.token}`, `access_token=${bob.token}`, `authorization=Bearer%20${bob.token}`]) expect((await fetch(`${inbox}?${query}`)).status).toBe(401);
  for (const url of ["http://10.0.0.1/", "https://169.254.169.254/latest", "https://192.168.1.1/", "https://[fd00::1]/", "http://example.org/"]) {
    const refused = await ask("agent.comms.putWebhook", { origin: colony.origin, token: bob.token, body: { url } });
    expect([url, refused.status, refused.json.error]).toEqual([url, 400, "HostNotAllowed"]);
  }
});
