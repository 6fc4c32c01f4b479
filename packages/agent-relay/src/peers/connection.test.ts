import { describe, expect, it } from "vitest";
import { until } from "../../test/relay.ts";
import { connect, type Connection, type ConnectionLimits } from "./connection.ts";

const LIMITS: ConnectionLimits = { maxMessageBytes: 1000, maxQueuedBytes: 5000, maxQueuedMessages: 8, connectTimeoutMs: 1000, idleMs: 60_000 };

/** A connection and the host's end of it. */
async function pair(limits: Partial<ConnectionLimits> = {}, now = Date.now): Promise<{ connection: Connection; host: WebSocket; requested: { url: string; init: RequestInit } }> {
  const [client, host] = Object.values(new WebSocketPair());
  if (client === undefined || host === undefined) throw new Error("no pair");
  host.accept();
  const requested = { url: "", init: {} };
  const answer = async (url: string, init: RequestInit) => {
    Object.assign(requested, { url, init });
    return new Response(null, { status: 101, webSocket: client });
  };
  const connected = await connect("wss://host.test/xrpc/x?cursor=1", { limits: { ...LIMITS, ...limits }, now, fetch: answer });
  if (!connected.ok) throw new Error(connected.ending.message);
  return { connection: connected.connection, host, requested };
}

/** Wait until so much of what the host sent waits to be taken: each message costs 64 bytes besides its own. */
const waiting = (connection: Connection, queued: number) => until(`${queued} bytes wait`, () => connection.queuedBytes === queued);

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

describe("a connection", () => {
  it("asks over HTTP for an upgrade and gives messages in order, those that wait after the host has closed included", async () => {
    const { connection, host, requested } = await pair();
    expect(requested.url).toBe("https://host.test/xrpc/x?cursor=1");
    expect(requested.init).toMatchObject({ redirect: "manual", headers: { upgrade: "websocket" } });
    host.send(bytes(3, 1));
    host.send("text");
    expect(await connection.take(1, 1e6)).toEqual([{ kind: "binary", bytes: bytes(3, 1) }]);
    host.close(1013, "later");
    expect(await connection.take(10, 1e6)).toEqual([{ kind: "text", text: "text" }]);
    expect(await connection.take(10, 1e6)).toEqual([]);
    expect(connection.ending).toEqual({ cause: "closed", message: "closed with 1013: later" });
    expect(connection.queuedBytes).toBe(0);
  });

  it("ends a taking at the number of messages or at the one that reaches the bytes", async () => {
    const { connection, host } = await pair();
    for (let i = 0; i < 6; i++) host.send(bytes(100, i));
    await waiting(connection, 6 * 164);
    expect((await connection.take(2, 1e6)).length).toBe(2);
    expect((await connection.take(9, 200)).length).toBe(2);
    expect((await connection.take(9, 1)).length).toBe(1);
  });

  it("says that there was a message beyond the limit, without keeping it", async () => {
    const { connection, host } = await pair();
    host.send(bytes(1001, 1));
    host.send("x".repeat(1001));
    host.send(bytes(1000, 2));
    await waiting(connection, 64 + 64 + 1064);
    expect(await connection.take(9, 1e6)).toEqual([{ kind: "oversize", size: 1001 }, { kind: "oversize", size: 1001 }, { kind: "binary", bytes: bytes(1000, 2) }]);
  });

  it.each([
    ["messages", 20, 10],
    ["bytes", 6, 990],
  ])("closes when too many %s wait, and still gives them", async (_, count, size) => {
    const { connection, host } = await pair();
    let closed = 0;
    host.addEventListener("close", ({ code }) => {
      closed = code;
    });
    for (let i = 0; i < count; i++) host.send(bytes(size, i));
    await until("the end", () => connection.ending !== undefined);
    expect(connection.ending?.cause).toBe("overflow");
    expect(connection.queuedBytes).toBeLessThanOrEqual(LIMITS.maxQueuedBytes);
    const kept = await connection.take(100, 1e6);
    expect(kept.map((message) => (message.kind === "binary" ? message.bytes[0] : -1))).toEqual(Array.from({ length: size === 10 ? 8 : 4 }, (__, i) => i));
    expect(await connection.take(1, 1)).toEqual([]);
    await until("the host hears of it", () => closed !== 0);
    expect(closed).toBe(1000);
  });

  it("closes when no whole message came for too long, but not while a slow reader leaves some waiting", async () => {
    const clock = { now: 0 };
    const { connection, host } = await pair({ idleMs: 40 }, () => clock.now);
    host.send(bytes(1, 1));
    await waiting(connection, 65);
    clock.now = 1_000;
    await scheduler.wait(150);
    expect(connection.ending).toBeUndefined();
    await connection.take(1, 1);
    expect(await connection.take(1, 1)).toEqual([]);
    expect(connection.ending?.cause).toBe("idle");
  });

  it("drops what waits when it is closed here", async () => {
    const { connection, host } = await pair();
    host.send(bytes(1, 1));
    await waiting(connection, 65);
    connection.close("enough");
    expect(await connection.take(1, 1)).toEqual([]);
    expect(connection.ending).toEqual({ cause: "stopped", message: "enough" });
  });
});

describe("connecting", () => {
  const options = { limits: { ...LIMITS, connectTimeoutMs: 30 }, now: Date.now };

  it("says what the host answered instead", async () => {
    const answer = async () => new Response("no", { status: 503, headers: { "retry-after": "7" } });
    expect(await connect("ws://host.test", { ...options, fetch: answer })).toEqual({ ok: false, ending: { cause: "refused", message: "no WebSocket but HTTP 503", status: 503, retryAfterS: 7 } });
  });

  it("says that there is no host", async () => {
    expect(await connect("http://127.0.0.1:9", { ...options, limits: LIMITS })).toMatchObject({ ok: false, ending: { cause: "unreachable" } });
  });

  it("does not wait for ever", async () => {
    const never = (_: string, { signal }: RequestInit) => new Promise<Response>((__, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    expect(await connect("ws://host.test", { ...options, fetch: never })).toEqual({ ok: false, ending: { cause: "unreachable", message: "no answer within 30 ms" } });
  });
});
