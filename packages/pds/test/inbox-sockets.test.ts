import { runInDurableObject } from "cloudflare:test";
import { encode } from "@rookery/repo";
import { afterEach, describe, expect, it, vi } from "vitest";
import { socketRequest } from "../src/reach/sockets/socket-request.ts";
import { ALL_READERS_BUFFER_BYTES, MAX_INBOX_READERS, MAX_INBOX_SOCKETS } from "../src/reach/limits.ts";
import { insertMessage } from "../src/store/inbox.ts";
import { type Made, makeAgent } from "./agents.ts";

const HOUR = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

/** Put messages of this size into an inbox, and tell whoever waits. */
const fill = ({ stub }: Made, from: number, count: number, bytes: number) =>
  runInDurableObject(stub, (instance) =>
    instance.inside(async ({ sql, inbox }) => {
      for (let i = from; i < from + count; i++)
        insertMessage(sql, { identity: `m${i}`, seq: i, author: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", path: `c/${i}`, rev: "3k", action: "create", cid: "c", bytes: encode({ text: "x".repeat(bytes) }) }, "colony", "2026-11-21T00:00:00.000Z");
      inbox.announce();
    }));

/** Connect; nothing is read before `accept`. */
async function connect({ stub }: Made, cursor = "0") {
  const response = await stub.fetch(socketRequest(new Request("https://x", { headers: { upgrade: "websocket" } }), { kind: "inbox", cursor, opened: false, until: Date.now() + HOUR }));
  const { webSocket: ws } = response;
  if (ws === null) throw new Error(String(response.status));
  const cursors: string[] = [];
  const errors: string[] = [];
  let isClosed = false;
  ws.addEventListener("message", ({ data }) => {
    const { payload, error } = JSON.parse(String(data)) as { payload?: { cursor?: string }; error?: string };
    if (payload?.cursor !== undefined) cursors.push(payload.cursor);
    if (error !== undefined) errors.push(error);
  });
  ws.addEventListener("close", () => {
    isClosed = true;
  });
  return { ws, cursors, errors, isClosed: () => isClosed };
}

/** What each of the object's sockets has not been read of, and how far it was sent. */
const sockets = ({ stub }: Made) =>
  runInDurableObject(stub, (_, ctx) => ctx.getWebSockets().map((ws) => ({ unread: ws.bufferedAmount, after: (ws.deserializeAttachment() as { after: number }).after })));

const upTo = (n: number) => Array.from({ length: n }, (_, i) => String(i + 1));

describe("a reader of the inbox who is slow", () => {
  it("is sent no more than fits, is behind in the inbox and not in memory, and gets it all once it reads", async () => {
    const bob = await makeAgent();
    await fill(bob, 1, 20, 400_000);
    const slow = await connect(bob);
    await expect.poll(async () => (await sockets(bob))[0]?.after).toBe(3);
    expect((await sockets(bob))[0]?.unread).toBeLessThan(1_400_000);
    // Others are not held up, and new messages come behind.
    const quick = await connect(bob, "18");
    quick.ws.accept();
    await fill(bob, 21, 1, 10);
    await expect.poll(() => quick.cursors).toEqual(["19", "20", "21"]);
    slow.ws.accept();
    await expect.poll(() => slow.cursors.length).toBe(21);
    expect(slow.cursors).toEqual(upTo(21));
    expect(slow.isClosed()).toBe(false);
  });

  it("shares what may wait with the others who read nothing, and the one among them who reads gets everything", async () => {
    const bob = await makeAgent();
    const letter = 150_000;
    await fill(bob, 1, 40, letter);
    for (let i = 1; i < MAX_INBOX_READERS; i++) await connect(bob);
    const quick = await connect(bob);
    quick.ws.accept();
    await expect.poll(() => quick.cursors.length, { timeout: 20_000 }).toBe(40);
    expect(quick.cursors).toEqual(upTo(40));
    const unread = (await sockets(bob)).map((socket) => socket.unread);
    expect(unread.length).toBe(MAX_INBOX_READERS);
    // Those who came first had more, while they were few.
    expect(unread.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(3 * ALL_READERS_BUFFER_BYTES + MAX_INBOX_READERS * letter);
    expect(unread.toSorted((a, b) => a - b)[7]).toBeLessThan(ALL_READERS_BUFFER_BYTES / 8 + 2 * letter);
  });

  it("and takes nothing for long is cut off, and goes on with its cursor", async () => {
    const bob = await makeAgent();
    await fill(bob, 1, 10, 400_000);
    const slow = await connect(bob);
    await expect.poll(async () => (await sockets(bob))[0]?.after).toBe(3);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    await fill(bob, 11, 1, 10);
    slow.ws.accept();
    await expect.poll(() => slow.isClosed()).toBe(true);
    expect(slow.errors).toEqual(["ConsumerTooSlow"]);
    expect(slow.cursors).toEqual(upTo(3));
    const again = await connect(bob, slow.cursors.at(-1));
    again.ws.accept();
    await expect.poll(() => again.cursors.length).toBe(8);
    expect([...slow.cursors, ...again.cursors]).toEqual(upTo(11));
  });

  it("is not cut off for what it was just sent, after an hour in which there was nothing", async () => {
    const bob = await makeAgent();
    await fill(bob, 1, 1, 10);
    const reader = await connect(bob);
    await expect.poll(async () => (await sockets(bob))[0]?.after).toBe(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR / 2 });
    await fill(bob, 2, 5, 400_000);
    await expect.poll(async () => (await sockets(bob))[0]?.after).toBe(4);
    reader.ws.accept();
    await expect.poll(() => reader.cursors.length).toBe(6);
    expect(reader.errors).toEqual([]);
  });

  it("is not cut off while it reads, however long that takes", async () => {
    const bob = await makeAgent();
    await fill(bob, 1, 6, 400_000);
    const reader = await connect(bob);
    reader.ws.accept();
    await expect.poll(() => reader.cursors.length).toBe(6);
    for (let round = 1; round <= 3; round++) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
      await fill(bob, 6 + round, 1, 10);
      await expect.poll(() => reader.cursors.length).toBe(6 + round);
    }
    expect(reader.isClosed()).toBe(false);
  });
});

it("readers who do not even close are bounded, and those who came last read on", async () => {
  const bob = await makeAgent();
  const readers: Awaited<ReturnType<typeof connect>>[] = [];
  for (let i = 0; i < MAX_INBOX_SOCKETS; i++) readers.push(await connect(bob));
  await expect(connect(bob)).rejects.toThrow("429");
  await fill(bob, 1, 1, 10);
  const after = (await sockets(bob)).map((socket) => socket.after);
  expect(after.filter((id) => id === 1)).toHaveLength(MAX_INBOX_READERS);
  expect(after).toHaveLength(MAX_INBOX_SOCKETS);
  const last = readers.at(-1);
  last?.ws.accept();
  await expect.poll(() => last?.cursors).toEqual(["1"]);
});

it("what the door says of a reader carries no token", () => {
  const request = socketRequest(new Request("https://colony/xrpc/x?cursor=1", { headers: { upgrade: "websocket", authorization: "Bearer secret", "sec-websocket-protocol": "xrpc.v1.json, bearer.secret" } }), { kind: "inbox", opened: false, until: 1 });
  expect([...request.headers.values(), request.url].join(" ")).not.toContain("secret");
  expect(request.headers.get("sec-websocket-protocol")).toBe("xrpc.v1.json");
});
