import { describe, expect, it, vi } from "vitest";
import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { EventLog } from "../log.ts";
import { MAX_CLOSING_PER_ADDRESS, MAX_SUBSCRIBERS_PER_ADDRESS, STALL_MS, TOTAL_BUFFERED_BYTES } from "../settings.ts";
import { commitRow, fill, relayFor, subscribe, until, upTo } from "../../test/relay.ts";

describe("subscribers", () => {
  it("join a backfill of 5,000 events to live ones without a gap or a repeat", async () => {
    const { stub } = relayFor({ test: "join" });
    await fill(stub, 1, 1, 5_000);
    const reader = await subscribe(stub, 0);
    const late = await subscribe(stub, 2_500);
    for (let n = 1; n <= 300; n++) await stub.ingest([commitRow(2, n)]);
    await until("everything", () => reader.seqs.at(-1) === 5_300 && late.seqs.at(-1) === 5_300);
    expect(reader.seqs).toEqual(upTo(5_300));
    expect(late.seqs).toEqual(upTo(5_300, 2_501));
  });

  it("that do not read are held back without harm to others, and go on where they were", async () => {
    const { stub } = relayFor({ test: "slow", limits: { maxBufferedBytes: 50_000 } });
    const fast = await subscribe(stub);
    const slow = await subscribe(stub, undefined, { accept: false });
    await fill(stub, 1, 1, 400, 4_000);
    await until("the fast one", () => fast.seqs.length === 400);
    const unread = await runInDurableObject(stub, (_, state) => state.getWebSockets().map((ws) => ws.bufferedAmount));
    expect(Math.max(...unread)).toBeLessThanOrEqual(50_000);
    expect(await stub.stats()).toMatchObject({ subscribers: 2 });
    slow.ws.accept();
    await until("the slow one", () => slow.seqs.length >= 400);
    await stub.ingest([commitRow(2, 1)]);
    await until("both live", () => slow.seqs.at(-1) === 401 && fast.seqs.at(-1) === 401);
    expect(slow.seqs).toEqual(upTo(401));
    expect(fast.seqs).toEqual(upTo(401));
  });

  it("whose full buffer does not move are dropped as ConsumerTooSlow", async () => {
    const { stub, controls } = relayFor({ test: "stall", limits: { maxBufferedBytes: 20_000 } });
    const stuck = await subscribe(stub, undefined, { accept: false });
    await fill(stub, 1, 1, 50, 2_000);
    await scheduler.wait(50);
    expect(await stub.stats()).toMatchObject({ subscribers: 1 });
    controls.clockAhead = STALL_MS;
    await until("the drop", async () => (await stub.stats()).subscribers === 0);
    stuck.ws.accept();
    await until("close", () => stuck.closed !== undefined);
    expect(stuck.frames.at(-1)).toMatchObject({ kind: "error", error: "ConsumerTooSlow" });
    expect(stuck.seqs).toEqual(upTo(stuck.seqs.length));
  });

  it("that are stuck cost no look into the log until they have room for what is next", async () => {
    const { stub } = relayFor({ test: "no-look" });
    const stuck = await Promise.all([0, 1, 2].map(() => subscribe(stub, 0, { accept: false })));
    for (let n = 1; n <= 3; n++) await stub.ingest([commitRow(1, n, { size: 1_500_000 })]);
    const unread = () => runInDurableObject(stub, (_, state) => Math.min(...state.getWebSockets().map(({ bufferedAmount }) => bufferedAmount)));
    await until("full buffers", async () => (await unread()) > 1_000_000);
    const looks = vi.spyOn(EventLog.prototype, "read");
    // What the last event gave rise to comes to its end; then there is no end of nothing.
    await until("no more looks", async () => {
      looks.mockClear();
      await scheduler.wait(200);
      return looks.mock.calls.length === 0;
    });
    looks.mockRestore();
    for (const { ws } of stuck) ws.accept();
    await until("all of it", () => stuck.every(({ seqs }) => seqs.length === 3));
  });

  it("are given large events only as far as all of them together stay within bounds, and miss none", async () => {
    const { stub } = relayFor({ test: "large" });
    const readers = await Promise.all(Array.from({ length: 40 }, () => subscribe(stub, undefined, { accept: false })));
    await stub.ingest([commitRow(1, 1, { size: 1_900_000 })]);
    const unread = () => runInDurableObject(stub, (_, state) => state.getWebSockets().reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0));
    for (let i = 0; i < 20; i++) {
      const waiting = await unread();
      expect(waiting).toBeGreaterThan(10_000_000);
      expect(waiting).toBeLessThanOrEqual(TOTAL_BUFFERED_BYTES);
      await scheduler.wait(5);
    }
    for (const { ws } of readers) ws.accept();
    await until("everybody has it", () => readers.every(({ seqs }) => seqs.length === 1));
    await stub.ingest([commitRow(1, 2)]);
    await until("everybody is live", () => readers.every(({ seqs }) => seqs.length === 2));
    for (const { seqs, closed } of readers) expect([seqs, closed]).toEqual([[1, 2], undefined]);
  });

  it("are dropped rather than given a gap when the window overtakes them", async () => {
    const { stub, controls } = relayFor({ test: "overtaken", limits: { maxBufferedBytes: 20_000, maxAgeMs: 60_000 } });
    const slow = await subscribe(stub, undefined, { accept: false });
    await fill(stub, 1, 1, 50, 2_000);
    controls.clockAhead = 61_000;
    await runInDurableObject(stub, (relay) => relay.alarm());
    slow.ws.accept();
    await until("close", () => slow.closed !== undefined);
    expect(slow.frames.at(-1)).toMatchObject({ kind: "error", error: "ConsumerTooSlow" });
    expect(slow.seqs).toEqual(upTo(slow.seqs.length));
  });

  it("sleep through hibernation and miss nothing", async () => {
    const { stub, again } = relayFor({ test: "hibernate" });
    await fill(stub, 1, 1, 20);
    const [live, whole] = [await subscribe(stub), await subscribe(stub, 0)];
    await until("caught up", () => whole.seqs.length === 20);
    for (let n = 21; n <= 60; n += 10) {
      await evictDurableObject(again());
      await fill(again(), 1, n, 5);
      await until("caught up again", () => live.seqs.at(-1) === n + 4 && whole.seqs.at(-1) === n + 4);
      await fill(again(), 1, n + 5, 5);
    }
    await until("both", () => live.seqs.at(-1) === 60 && whole.seqs.at(-1) === 60);
    expect(live.seqs).toEqual(upTo(60, 21));
    expect(whole.seqs).toEqual(upTo(60));
    expect(await again().stats()).toMatchObject({ subscribers: 2 });
  });

  it("go on behind where their attachment says, should the object be rebuilt meanwhile", async () => {
    const { stub, again } = relayFor({ test: "hibernate-behind" });
    await fill(stub, 1, 1, 20);
    const reader = await subscribe(stub);
    await runInDurableObject(stub, (_, state) => state.getWebSockets().forEach((ws) => ws.serializeAttachment({ after: 12 })));
    await evictDurableObject(stub);
    await again().ingest([commitRow(2, 1)]);
    await until("the end", () => reader.seqs.at(-1) === 21);
    expect(reader.seqs).toEqual(upTo(21, 13));
  });

  it("carry in their attachment how far they were sent while behind", async () => {
    const { stub } = relayFor({ test: "attachment", limits: { maxBufferedBytes: 20_000 } });
    await fill(stub, 1, 1, 50, 2_000);
    await subscribe(stub, 0, { accept: false });
    const look = () => runInDurableObject(stub, (_, state) => state.getWebSockets().map((ws) => ({ unread: ws.bufferedAmount, attachment: ws.deserializeAttachment() as unknown }))[0]);
    await until("a full buffer", async () => ((await look())?.unread ?? 0) > 16_000);
    const seen = await look();
    expect(seen?.attachment).toMatchObject({ after: Math.floor((seen?.unread ?? 0) / 2_000) });
  });

  it("that talk are ignored, and cut off when they go on", async () => {
    const { stub } = relayFor({ test: "chatter" });
    const reader = await subscribe(stub);
    reader.ws.send("hello");
    await stub.ingest([commitRow(1, 1)]);
    await until("the event", () => reader.seqs.length === 1);
    for (let i = 0; i < 110; i++) reader.ws.send(new Uint8Array(10));
    await until("close", () => reader.closed !== undefined);
    expect(reader.closed).toMatchObject({ code: 1008 });
  });

  it("from one address may not take the places of all others", async () => {
    const { stub, again } = relayFor({ test: "address" });
    const many = await Promise.all(Array.from({ length: MAX_SUBSCRIBERS_PER_ADDRESS }, () => subscribe(stub, undefined, { address: "192.0.2.1" })));
    const refused = async () => {
      const response = await again().fetch("https://relay/subscribe", { headers: { upgrade: "websocket", "cf-connecting-ip": "192.0.2.1" } });
      return [response.status, await response.text()];
    };
    expect(await refused()).toEqual([429, expect.stringContaining("TooManySubscribers")]);
    await evictDurableObject(stub);
    expect(await refused()).toEqual([429, expect.stringContaining("192.0.2.1")]);
    await subscribe(again(), undefined, { address: "192.0.2.2" });
    many[0]?.ws.close(1000);
    await until("a place", async () => (await again().stats()).subscribers === MAX_SUBSCRIBERS_PER_ADDRESS);
    await subscribe(again(), undefined, { address: "192.0.2.1" });
  });

  it("that were told to go and do not keep their address out for a while, and nobody else's", async () => {
    const { stub, again, controls } = relayFor({ test: "closing", limits: { maxBufferedBytes: 20_000 } });
    const stuck = await Promise.all(Array.from({ length: MAX_CLOSING_PER_ADDRESS }, () => subscribe(stub, undefined, { accept: false, address: "192.0.2.1" })));
    await fill(stub, 1, 1, 50, 2_000);
    await scheduler.wait(50);
    controls.clockAhead = STALL_MS;
    await until("the drop", async () => (await stub.stats()).subscribers === 0);
    await expect(subscribe(again(), undefined, { address: "192.0.2.1" })).rejects.toThrow("does not close");
    await subscribe(again(), undefined, { address: "192.0.2.2" });
    stuck[0]?.ws.accept();
    await until("the close", () => stuck[0]?.closed !== undefined);
    stuck[0]?.ws.close(1000);
    await until("a place", async () => (await subscribe(again(), undefined, { address: "192.0.2.1" }).catch(() => undefined)) !== undefined);
  });

  it("may be 500", async () => {
    const { stub } = relayFor({ test: "crowd" });
    const readers = await Promise.all(Array.from({ length: 500 }, (_, i) => subscribe(stub, undefined, { address: i % 2 === 0 ? "127.0.0.1" : "::1" })));
    for (let n = 1; n <= 20; n++) await stub.ingest([commitRow(1, n, { size: 4_000 })]);
    await until("all of them", () => readers.every(({ seqs }) => seqs.length === 20));
    for (const { seqs } of readers) expect(seqs).toEqual(upTo(20));
    for (const { ws } of readers) ws.close(1000);
    await until("all gone", async () => (await stub.stats()).subscribers === 0);
  });
});

describe("a crash", () => {
  it("never gives a seq twice, and every account's chain goes on from a cursor", async () => {
    const { stub, again } = relayFor({ test: "crash" });
    const seen: number[] = [];
    let n = 0;
    for (let round = 0; round < 5; round++) {
      const reader = await subscribe(round === 0 ? stub : again(), seen.at(-1) ?? 0);
      await fill(again(), 1, n + 1, 30);
      n += 30;
      await until("some", () => reader.seqs.length > 0);
      await abortAllDurableObjects();
      seen.push(...reader.seqs);
    }
    const last = await subscribe(again(), seen.at(-1) ?? 0);
    await again().ingest([commitRow(2, 1)]);
    await until("the rest", () => last.seqs.at(-1) === n + 1);
    expect([...seen, ...last.seqs]).toEqual(upTo(n + 1));
  });
});
