import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { commitRow, fill, relayFor, subscribe, until } from "../test/relay.ts";
import { seqFloorAt } from "./seq-floor.ts";

describe("seqFloorAt", () => {
  it("rises by a hundred each millisecond from when the log began", () => {
    expect(seqFloorAt(5_000, 5_000)).toBe(0);
    expect(seqFloorAt(6_000, 5_000)).toBe(100_000);
    expect(seqFloorAt(4_000, 5_000)).toBe(0);
  });

  it("stays an exact number for a hundred years", () => expect(Number.isSafeInteger(seqFloorAt(Date.UTC(2126, 0, 1), Date.UTC(2026, 0, 1)))).toBe(true));
});

describe("a log that starts again", () => {
  it("goes on above the clock's floor, counts by one from there, and keeps its window and its sum of bytes", async () => {
    const { stub, again, controls } = relayFor({ test: "floor", seqFloor: true });
    await fill(stub, 1, 1, 3);
    const first = await stub.stats();
    expect(first).toMatchObject({ firstSeq: 1, lastSeq: 3 });
    controls.clockAhead += 60_000;
    await abortAllDurableObjects();
    const restarted = await again().stats();
    expect(restarted.lastSeq).toBeGreaterThanOrEqual(6_000_000);
    expect(restarted).toMatchObject({ firstSeq: first.firstSeq, rows: 3, bytes: first.bytes });
    await fill(again(), 1, 4, 2);
    const reader = await subscribe(again(), 0);
    await until("five events", () => reader.seqs.length === 5);
    expect(reader.seqs.slice(0, 3)).toEqual([first.firstSeq, first.firstSeq + 1, first.firstSeq + 2]);
    expect(reader.seqs.slice(3)).toEqual([restarted.lastSeq + 1, restarted.lastSeq + 2]);
  });

  it("after an older state was restored gives out nothing that was given out before, and a reader from the lost future misses nothing", async () => {
    const { stub, again, controls } = relayFor({ test: "restored", seqFloor: true });
    await fill(stub, 1, 1, 2);
    const backup = await runInDurableObject(stub, (_, { storage }) => [...storage.sql.exec("SELECT * FROM state")][0]);
    await fill(stub, 1, 3, 400);
    const { lastSeq: lost } = await stub.stats();
    // The backup comes back: the counters and rows of then.
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("DELETE FROM log WHERE repo IN (SELECT id FROM repos) AND seq > ?", lost - 400);
      storage.sql.exec("UPDATE repos SET n = 2");
      storage.sql.exec("UPDATE state SET seq = ?, bytes = ?", Number(backup?.["seq"]), Number(backup?.["bytes"]));
    });
    controls.clockAhead += 60_000;
    await abortAllDurableObjects();
    const reader = await subscribe(again(), lost);
    const taken = await again().ingest([commitRow(1, 3)]);
    expect(taken.ok).toBe(true);
    await until("the new event", () => reader.seqs.length === 1);
    expect(reader.seqs[0]).toBeGreaterThan(lost);
    expect(reader.closed).toBeUndefined();
  });
});
