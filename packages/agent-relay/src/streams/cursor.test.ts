import { describe, expect, it } from "vitest";
import { decodeFrame } from "@rookery/sync";
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { startAt } from "./cursor.ts";
import { commitRow, fill, relayFor, subscribe, until, upTo } from "../../test/relay.ts";

const log = { lastSeq: 100, prunedThrough: 40 };

describe("where a subscriber starts", () => {
  it.each([
    [null, { kind: "live" }],
    ["0", { kind: "replay", after: 40, outdated: false }],
    ["39", { kind: "replay", after: 40, outdated: true }],
    ["1", { kind: "replay", after: 40, outdated: true }],
    ["40", { kind: "replay", after: 40, outdated: false }],
    ["41", { kind: "replay", after: 41, outdated: false }],
    ["100", { kind: "replay", after: 100, outdated: false }],
    // An integer like any other, before all that was ever given out: clients of the reference ask so for everything.
    ["-1", { kind: "replay", after: 40, outdated: true }],
  ])("cursor %s", (cursor, start) => expect(startAt(cursor, log)).toEqual(start));

  it("refuses what was never given out", () => expect(startAt("101", log)).toMatchObject({ kind: "future", message: expect.stringContaining("101") }));

  it.each(["", "-", "--1", "abc", "1.5", "-1.5", "1e3", " 1", "99999999999999999", "9007199254740992", "-9007199254740992"])("refuses %j as malformed", (cursor) =>
    expect(startAt(cursor, log).kind).toBe("malformed"));

  it("is outdated by nothing in an empty log", () => {
    for (const cursor of ["0", "-0", "-1"]) expect(startAt(cursor, { lastSeq: 0, prunedThrough: 0 })).toEqual({ kind: "replay", after: 0, outdated: false });
  });
});

describe("subscribeRepos by cursor", () => {
  it("without a cursor: only what comes", async () => {
    const { stub } = relayFor({ test: "live" });
    await fill(stub, 1, 1, 5);
    const reader = await subscribe(stub);
    await stub.ingest([commitRow(1, 6)]);
    await until("one event", () => reader.seqs.length > 0);
    expect(reader.seqs).toEqual([6]);
  });

  it("0 or less gives the whole window, a past one what follows, the newest nothing", async () => {
    const { stub } = relayFor({ test: "replay" });
    await fill(stub, 1, 1, 10);
    const [whole, before, past, newest] = [await subscribe(stub, 0), await subscribe(stub, -1), await subscribe(stub, 7), await subscribe(stub, 10)];
    await stub.ingest([commitRow(1, 11)]);
    await until("all", () => [whole, before, past, newest].every(({ seqs }) => seqs.at(-1) === 11));
    expect([whole.seqs, before.seqs, past.seqs, newest.seqs]).toEqual([upTo(11), upTo(11), [8, 9, 10, 11], [11]]);
  });

  it("older than the window: #info OutdatedCursor, then the whole window", async () => {
    const { stub, again, controls } = relayFor({ test: "outdated", limits: { maxAgeMs: 60_000 } });
    await fill(stub, 1, 1, 5);
    controls.clockAhead = 3_600_000;
    await runInDurableObject(stub, (relay) => relay.alarm());
    await fill(stub, 1, 6, 3);
    const [outdated, zero] = [await subscribe(stub, 2), await subscribe(stub, 0)];
    await until("both", () => outdated.seqs.length === 3 && zero.seqs.length === 3);
    expect(outdated.frames[0]).toMatchObject({ kind: "message", t: "#info", body: { name: "OutdatedCursor" } });
    expect(outdated.seqs).toEqual([6, 7, 8]);
    expect(zero.frames[0]).toMatchObject({ t: "#commit" });
    await abortAllDurableObjects();
    const after = await subscribe(again(), 2);
    await until("the window again", () => after.seqs.length === 3);
    expect(after.frames[0]).toMatchObject({ kind: "message", t: "#info" });
  });

  it("in the future: an error frame, then close", async () => {
    const { stub } = relayFor({ test: "future" });
    await fill(stub, 1, 1, 2);
    const reader = await subscribe(stub, 3);
    await until("close", () => reader.closed !== undefined);
    expect(reader.frames).toEqual([{ kind: "error", error: "FutureCursor", message: expect.stringContaining("3") }]);
  });

  it.each([
    ["GET", "?cursor=abc", { upgrade: "websocket" }, 400, "InvalidRequest"],
    ["GET", "?cursor=1&cursor=2", { upgrade: "websocket" }, 400, "InvalidRequest"],
    ["GET", "", {}, 426, "UpgradeRequired"],
    ["POST", "", {}, 405, "MethodNotAllowed"],
    ["HEAD", "", {}, 405, undefined],
  ])("%s %s is refused over HTTP", async (method, query, headers, status, error) => {
    const { stub } = relayFor({ test: "http" });
    const response = await stub.fetch(`https://relay/xrpc/com.atproto.sync.subscribeRepos${query}`, { method, headers });
    expect(response.status).toBe(status);
    const body = await response.text();
    if (error !== undefined) expect(JSON.parse(body)).toEqual({ error, message: expect.any(String) });
  });

  it("sends frames of which only the seq was added", async () => {
    const { stub } = relayFor({ test: "frame" });
    const row = commitRow(1, 1);
    await stub.ingest([row]);
    const reader = await subscribe(stub, 0);
    await until("one", () => reader.frames.length === 1);
    expect(reader.bytes).toBe(row.frame.length + 1);
    expect(reader.frames[0]).toMatchObject({ t: "#commit", body: { seq: 1, rev: row.rev } });
    expect(decodeFrame(row.frame).kind).toBe("malformed");
  });
});
