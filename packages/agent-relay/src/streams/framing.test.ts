import { decode, decodeFirst } from "@rookery/repo";
import { describe, expect, it } from "vitest";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { EventLog } from "../log.ts";
import { StreamServer } from "./stream-server.ts";
import { listen, note, revOf } from "../../test/jetstream.ts";
import { accountRow, did, fill, relayFor, subscribe, until } from "../../test/relay.ts";

const path = "/xrpc/com.atproto.sync.subscribeRepos";

describe("subscribeRepos by subprotocol", () => {
  it("xrpc.v1.json: the same events as JSON", async () => {
    const { stub, again } = relayFor({ test: "json" });
    await stub.ingest([note(1, 1)]);
    const reader = await listen(stub, `${path}?cursor=0`, { "sec-websocket-protocol": "xrpc.v1.json" });
    expect(reader.protocol).toBe("xrpc.v1.json");
    await evictDurableObject(stub);
    await again().ingest([accountRow(1, 2, "deactivated")]);
    await until("both", () => reader.events.length === 2);
    expect(reader.events[0]).toMatchObject({
      $type: "message",
      payload: { $type: "com.atproto.sync.subscribeRepos#commit", seq: 1, repo: did(1), rev: revOf(1), since: null, blocks: { $bytes: expect.any(String) }, commit: { $link: expect.any(String) }, ops: [{ action: "create", cid: { $link: expect.any(String) } }] },
    });
    expect(reader.events[1]).toEqual({ $type: "message", payload: { $type: "com.atproto.sync.subscribeRepos#account", seq: 2, did: did(1), time: "2026-11-21T10:00:00.000Z", active: false, status: "deactivated" } });
  });

  it("xrpc.v1.cbor: one object per frame", async () => {
    const { stub } = relayFor({ test: "cbor" });
    await stub.ingest([accountRow(1, 1)]);
    const reader = await listen(stub, `${path}?cursor=0`, { "sec-websocket-protocol": "xrpc.v1.cbor, xrpc.v1.json" });
    expect(reader.protocol).toBe("xrpc.v1.cbor");
    await until("it", () => reader.binary.length === 1);
    expect(decode(reader.binary[0] ?? new Uint8Array())).toEqual({ $type: "message", payload: { $type: "com.atproto.sync.subscribeRepos#account", seq: 1, did: did(1), time: "2026-11-21T10:00:00.000Z", active: true } });
  });

  it.each([["xrpc.v0.cbor", "xrpc.v0.cbor"], ["something.else, xrpc.v0.cbor", "xrpc.v0.cbor"], ["something.else", null], ["XRPC.V1.JSON", null]])("%s: the default frames", async (offered, echoed) => {
    const { stub } = relayFor({ test: "default" });
    await stub.ingest([accountRow(1, 1)]);
    const reader = await listen(stub, `${path}?cursor=0`, { "sec-websocket-protocol": offered });
    expect(reader.protocol).toBe(echoed);
    await until("it", () => reader.binary.length > 0);
    expect(decodeFirst(reader.binary[0] ?? new Uint8Array())[0]).toEqual({ op: 1, t: "#account" });
  });

  it("says errors and #info in the framing that was agreed on", async () => {
    const { stub, controls } = relayFor({ test: "errors", limits: { maxAgeMs: 60_000 } });
    await fill(stub, 1, 1, 5);
    controls.clockAhead = 3_600_000;
    await runInDurableObject(stub, (relay) => relay.alarm());
    await fill(stub, 1, 6, 1);
    const [future, futureCbor] = [await listen(stub, `${path}?cursor=99`, { "sec-websocket-protocol": "xrpc.v1.json" }), await listen(stub, `${path}?cursor=99`, { "sec-websocket-protocol": "xrpc.v1.cbor" })];
    const [old, oldCbor] = [await listen(stub, `${path}?cursor=2`, { "sec-websocket-protocol": "xrpc.v1.json" }), await listen(stub, `${path}?cursor=2`, { "sec-websocket-protocol": "xrpc.v1.cbor" })];
    await until("all", () => future.closed !== undefined && futureCbor.closed !== undefined && old.events.length === 2 && oldCbor.binary.length === 2);
    expect(future.events).toEqual([{ $type: "error", error: "FutureCursor", message: expect.stringContaining("99") }]);
    expect(decode(futureCbor.binary[0] ?? new Uint8Array())).toMatchObject({ $type: "error", error: "FutureCursor" });
    expect(old.events[0]).toMatchObject({ $type: "message", payload: { $type: "com.atproto.sync.subscribeRepos#info", name: "OutdatedCursor" } });
    expect(decode(oldCbor.binary[0] ?? new Uint8Array())).toMatchObject({ payload: { $type: "com.atproto.sync.subscribeRepos#info", name: "OutdatedCursor" } });
  });
});

describe("listeners", () => {
  it("says who reads what, since when, and how far behind", async () => {
    const { stub, again } = relayFor({ test: "listeners", limits: { maxBufferedBytes: 20_000 } });
    await fill(stub, 1, 1, 50, 2_000);
    await listen(stub, "/subscribe", { "user-agent": `tail/1 ${"x".repeat(300)}`, "cf-connecting-ip": "192.0.2.7" });
    await subscribe(stub, 0, { accept: false });
    const buffered = () => runInDurableObject(again(), (_, state) => state.getWebSockets().map((ws) => ws.bufferedAmount));
    await until("a full buffer", async () => Math.max(...(await buffered())) > 16_000);
    // As after a wake-up: all that is known is in the attachments.
    const listeners = await runInDurableObject(again(), (_, state) => new StreamServer(state, { log: new EventLog(state.storage.sql), maxBufferedBytes: 20_000, now: Date.now }).listeners());
    const [jetstream, firehose] = listeners.toSorted((a, b) => a.lag - b.lag);
    expect(jetstream).toEqual({ format: "jetstream", userAgent: `tail/1 ${"x".repeat(193)}`, address: "192.0.2.7", since: expect.any(Number), lag: 0 });
    expect(firehose).toMatchObject({ format: "subscribeRepos", userAgent: "", address: "", lag: expect.any(Number) });
    expect(firehose?.lag).toBeGreaterThan(30);
    expect(firehose?.lag).toBeLessThan(50);
  });
});

describe("the heartbeat", () => {
  it("is said where there is a frame for it, and only when an operator wants it", async () => {
    const { stub } = relayFor({ test: "heartbeat", limits: { heartbeatMs: 20 } });
    const [json, jetstream, cbor] = [await listen(stub, path, { "sec-websocket-protocol": "xrpc.v1.json" }), await listen(stub, "/subscribe"), await subscribe(stub)];
    await until("beats", () => json.events.length > 1 && cbor.frames.length > 1);
    expect(json.events[0]).toMatchObject({ payload: { $type: "com.atproto.sync.subscribeRepos#info", name: "Heartbeat" } });
    expect(cbor.frames[0]).toMatchObject({ kind: "message", t: "#info", body: { name: "Heartbeat" } });
    expect(jetstream.events).toEqual([]);
    await stub.ingest([accountRow(1, 1)]);
    await until("the event", () => cbor.seqs.length === 1);
    const quiet = await subscribe(relayFor({ test: "no-heartbeat" }).stub);
    await scheduler.wait(60);
    expect(quiet.frames).toEqual([]);
  });
});
