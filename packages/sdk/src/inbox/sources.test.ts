import { CredentialSession } from "@atproto/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SocketLike } from "../follow/socket.ts";
import type { InboxItem } from "../inbox.ts";
import { Session } from "../session.ts";
import { PING_MS, socketInbox } from "./sources.ts";

const item = (n: number): InboxItem => ({ uri: `at://did:plc:bob/agent.comms.message/${n}`, author: "did:plc:bob", action: "create", seq: n, receivedAt: "2026-01-01T00:00:00.000Z" });

/** A socket that the test speaks through. */
class FakeSocket implements SocketLike {
  binaryType = "";
  readonly url: string;
  readonly protocols: string[];
  #listeners = new Map<string, ((event: never) => void)[]>();

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  fire(type: string, event: unknown = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }

  say(n: number): void {
    this.fire("message", { data: JSON.stringify({ $type: "message", payload: { $type: "agent.comms.subscribeInbox#message", cursor: String(n), message: item(n) } }) });
  }

  isClosed = false;
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isClosed = true;
  }
}

const setUp = () => {
  const sockets: FakeSocket[] = [];
  const asked: string[] = [];
  const credentials = new CredentialSession(new URL("http://colony.test"), async (input) => {
    const url = new URL(new Request(input).url);
    asked.push(url.pathname.split("/").at(-1) + url.search);
    return url.pathname.endsWith("refreshSession") ? Response.json({ did: "did:plc:ann", handle: "ann.test", accessJwt: "fresh", refreshJwt: "r", emailConfirmed: true, didDoc: {} }) : Response.json({ messages: [item(9)], cursor: "9" });
  });
  credentials.session = { did: "did:plc:ann", handle: "ann.test", accessJwt: "secret", refreshJwt: "r", active: true };
  const source = socketInbox(new Session(credentials), {
    opened: true,
    connect: (url, protocols) => {
      const socket = new FakeSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
  });
  const stop = new AbortController();
  return { sockets, asked, stop, next: (cursor?: string) => source(cursor, 1, stop.signal) };
};

afterEach(() => vi.useRealTimers());

describe("the inbox over a socket", () => {
  it("hands over what comes, in pages, on one connection; the token is not in its address", async () => {
    const { sockets, asked, next } = setUp();
    const page = next();
    sockets[0]?.fire("open");
    for (const n of [1, 2]) sockets[0]?.say(n);
    expect(await page).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], cursor: "2" });
    const another = next("2");
    sockets[0]?.say(3);
    expect(await another).toMatchObject({ messages: [{ seq: 3 }], cursor: "3" });
    expect(await next("3")).toEqual({ messages: [] });
    expect(sockets).toHaveLength(1);
    expect(sockets[0]).toMatchObject({ url: "ws://colony.test/xrpc/agent.comms.subscribeInbox?opened=true", protocols: ["xrpc.v1.json", "bearer.secret"] });
    expect(asked).toEqual([]);
  });

  it("goes on from its cursor when the connection is lost, and from another when it is told to", async () => {
    const { sockets, next } = setUp();
    const page = next();
    sockets[0]?.say(1);
    await page;
    const lost = next("1");
    sockets[0]?.fire("close", { code: 1006 });
    expect(await lost).toEqual({ messages: [] });
    const again = next("1");
    sockets[1]?.say(2);
    expect(await again).toMatchObject({ cursor: "2" });
    void next("0");
    expect(sockets.map(({ url }) => new URL(url).searchParams.get("cursor"))).toEqual([null, "1", "0"]);
  });

  it("takes a fresh token when the session has ended", async () => {
    const { sockets, asked, next } = setUp();
    const page = next();
    sockets[0]?.fire("message", { data: JSON.stringify({ $type: "error", error: "SessionEnded" }) });
    sockets[0]?.fire("close", { code: 1008 });
    expect(await page).toEqual({ messages: [] });
    void next();
    expect(asked).toEqual(["com.atproto.server.refreshSession"]);
    expect(sockets[1]?.protocols).toContain("bearer.fresh");
  });

  it("is read by pages where no socket can be opened", async () => {
    const { sockets, asked, next } = setUp();
    const page = next("3");
    sockets[0]?.fire("error");
    expect(await page).toMatchObject({ messages: [{ seq: 9 }] });
    expect(await next("9")).toMatchObject({ messages: [{ seq: 9 }] });
    expect(asked).toEqual(["agent.comms.listInbox?limit=50&waitSeconds=0&opened=true&cursor=3", "agent.comms.listInbox?limit=50&waitSeconds=1&opened=true&cursor=9"]);
    expect(sockets).toHaveLength(1);
  });

  it("says so when it cannot go on from a cursor", async () => {
    const { sockets, next } = setUp();
    const page = next("99");
    sockets[0]?.fire("message", { data: JSON.stringify({ $type: "error", error: "FutureCursor" }) });
    sockets[0]?.fire("close", { code: 1008 });
    await expect(page).rejects.toThrow("FutureCursor");
  });

  it("is closed when the reading stops, also while nobody waits for it", async () => {
    const { sockets, stop, next } = setUp();
    const page = next();
    sockets[0]?.say(1);
    await page;
    expect(sockets[0]?.isClosed).toBe(false);
    stop.abort();
    expect(sockets[0]?.isClosed).toBe(true);
  });

  it("asks whether the colony is still there, and is made anew when nothing answers", async () => {
    vi.useFakeTimers();
    const { sockets, next } = setUp();
    const first = next();
    sockets[0]?.fire("open");
    sockets[0]?.say(1);
    await first;
    await vi.advanceTimersByTimeAsync(PING_MS);
    sockets[0]?.fire("message", { data: "pong" });
    await vi.advanceTimersByTimeAsync(PING_MS);
    expect(sockets[0]).toMatchObject({ sent: ["ping", "ping"], isClosed: false });
    await vi.advanceTimersByTimeAsync(2 * PING_MS);
    expect(sockets[0]).toMatchObject({ isClosed: true });
    const asked = sockets[0]?.sent.length;
    const lost = next("1");
    await vi.advanceTimersByTimeAsync(PING_MS);
    expect(await lost).toEqual({ messages: [] });
    void next("1");
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.sent).toHaveLength(asked ?? -1);
  });

  it("passes over what is no message", async () => {
    const { sockets, next } = setUp();
    const page = next();
    sockets[0]?.fire("message", { data: "nonsense" });
    sockets[0]?.fire("message", { data: JSON.stringify({ $type: "message", payload: { $type: "agent.comms.subscribeInbox#info", name: "caught-up" } }) });
    sockets[0]?.say(1);
    expect(await page).toMatchObject({ messages: [{ seq: 1 }] });
  });
});
