import { describe, expect, it } from "vitest";
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { cutOf } from "./prune.ts";
import { CHECKPOINT_EVENTS } from "./settings.ts";
import { accountRow, commitRow, did, fill, relayFor, subscribe, until, upTo, type RelayUnderTest } from "../test/relay.ts";

/** Run the alarm until nothing more is due at the relay's clock. */
async function alarms(relay: RelayUnderTest, rounds = 20): Promise<void> {
  for (let i = 0; i < rounds; i++) await runInDurableObject(relay.again(), (object) => object.alarm());
}

describe("what leaves the window", () => {
  const rows = [{ seq: 1, at: 1_000, size: 10 }, { seq: 2, at: 2_000, size: 10 }, { seq: 5, at: 3_000, size: 10 }];
  const limits = { maxAgeMs: 500, maxBytes: 1_000, maxBufferedBytes: 1 };

  it("by age", () => expect(cutOf(rows, 30, limits, 2_500)).toEqual({ through: 2, bytes: 20, more: false, nextDue: 3_500 }));
  it("by size", () => expect(cutOf(rows, 30, { ...limits, maxAgeMs: 1e6, maxBytes: 25 }, 3_000)).toMatchObject({ through: 1, bytes: 10, more: false }));
  it("by size, with some room to spare", () => expect(cutOf(rows, 30, { ...limits, maxAgeMs: 1e6, maxBytes: 20 }, 3_000)).toMatchObject({ through: 2, bytes: 20 }));
  it("all of it", () => expect(cutOf(rows, 30, limits, 9_000)).toEqual({ through: 5, bytes: 30, more: true, nextDue: undefined }));
  it("nothing", () => expect(cutOf(rows, 30, limits, 1_100)).toMatchObject({ through: 0, bytes: 0, nextDue: 1_500 }));
  it("nothing of nothing", () => expect(cutOf([], 0, limits, 0)).toEqual({ through: 0, bytes: 0, more: false, nextDue: undefined }));
});

describe("the window", () => {
  it("is bounded by age, in slices, and seqs are not reused when it is empty", async () => {
    const relay = relayFor({ test: "age", limits: { maxAgeMs: 3_600_000 } });
    await fill(relay.stub, 1, 1, 1_000);
    relay.controls.clockAhead = 1_800_000;
    await alarms(relay);
    expect(await relay.stub.stats()).toMatchObject({ firstSeq: 1, rows: 1_000 });
    relay.controls.clockAhead = 3_700_000;
    await alarms(relay);
    expect(await relay.stub.stats()).toMatchObject({ firstSeq: 0, lastSeq: 1_000, rows: 0, bytes: 0 });
    await abortAllDurableObjects();
    await relay.again().ingest([commitRow(1, 1_001)]);
    expect(await relay.again().stats()).toMatchObject({ firstSeq: 1_001, lastSeq: 1_001, rows: 1 });
  });

  it("is bounded by size, and the alarm that does it is set by the ingest", async () => {
    const relay = relayFor({ test: "size", limits: { maxBytes: 100_000 } });
    await fill(relay.stub, 1, 1, 200, 1_000);
    await until("pruning", async () => (await relay.stub.stats()).bytes <= 100_000);
    const { firstSeq, lastSeq, rows, bytes } = await relay.stub.stats();
    expect(lastSeq).toBe(200);
    expect(rows).toBe(lastSeq - firstSeq + 1);
    const sum = await runInDurableObject(relay.stub, (_, state) => state.storage.sql.exec("SELECT SUM(size) AS bytes FROM log").one());
    expect(sum).toEqual({ bytes });
  });

  it("counts bytes rightly across restarts and checkpoints", async () => {
    const relay = relayFor({ test: "bytes" });
    for (let round = 0; round < 4; round++) {
      await fill(relay.again(), 1, 1 + round * 150, 150);
      const { bytes } = await relay.again().stats();
      const sum = await runInDurableObject(relay.again(), (_, state) => state.storage.sql.exec("SELECT SUM(size) AS bytes FROM log").one());
      expect(sum).toEqual({ bytes });
      const { seq } = await runInDurableObject(relay.again(), (_, state) => state.storage.sql.exec<{ seq: number }>("SELECT seq FROM state").one());
      expect((round + 1) * 150 - seq).toBeLessThan(CHECKPOINT_EVENTS);
      await abortAllDurableObjects();
      expect(await relay.again().stats()).toMatchObject({ bytes });
    }
  });

  it("keeps serving those who follow while it moves", async () => {
    const relay = relayFor({ test: "follow", limits: { maxBytes: 20_000 } });
    const reader = await subscribe(relay.stub);
    for (let n = 1; n <= 300; n += 10) await fill(relay.stub, 1, n, 10, 500);
    await until("all", () => reader.seqs.length === 300);
    expect(reader.seqs).toEqual(upTo(300));
  });
});

describe("a deleted account", () => {
  it("loses also the events that came in one batch with its deletion", async () => {
    const relay = relayFor({ test: "purge-batch" });
    await relay.stub.ingest([commitRow(1, 1), commitRow(1, 2)]);
    await relay.stub.ingest([commitRow(2, 1)]);
    await relay.stub.ingest([commitRow(1, 3), commitRow(1, 4), accountRow(1, 5, "deleted")]);
    const reader = await subscribe(relay.stub, 0);
    await until("what is left", () => reader.seqs.includes(6));
    expect(reader.seqs).toEqual([3, 6]);
  });

  it("leaves its #account event and nothing else in the log", async () => {
    const relay = relayFor({ test: "purge" });
    for (let n = 1; n <= 600; n += 20) {
      await fill(relay.stub, 1, n, 20);
      await fill(relay.stub, 2, n, 20);
    }
    expect(await relay.stub.ingest([accountRow(1, 601, "deleted")])).toMatchObject({ ok: true });
    await alarms(relay);
    const reader = await subscribe(relay.stub, 0);
    await until("the rest", () => reader.seqs.at(-1) === 1_201);
    const ofDeleted = reader.frames.filter((frame) => frame.kind === "message" && (frame.t === "#account" ? frame.body.did : frame.t === "#commit" ? frame.body.repo : "") === did(1));
    expect(ofDeleted).toMatchObject([{ t: "#account", body: { seq: 1_201, status: "deleted", active: false } }]);
    expect(reader.seqs).toHaveLength(601);
    const sum = await runInDurableObject(relay.stub, (_, state) => state.storage.sql.exec("SELECT SUM(size) AS bytes FROM log").one());
    expect(sum).toMatchObject({ bytes: (await relay.stub.stats()).bytes });
  });

  it("is purged to the end across a crash, chunked frames included", async () => {
    const relay = relayFor({ test: "purge-crash" });
    await relay.stub.ingest([commitRow(1, 1, { size: 2_000_000 })]);
    await fill(relay.stub, 1, 2, 700);
    await relay.stub.ingest([accountRow(1, 702, "deleted")]);
    await abortAllDurableObjects();
    await until("the purge", async () => (await relay.again().stats()).rows === 1);
    const parts = await runInDurableObject(relay.again(), (_, state) => state.storage.sql.exec("SELECT (SELECT COUNT(*) FROM log_part) + (SELECT COUNT(*) FROM purge) AS n").one());
    expect(parts).toEqual({ n: 0 });
  });

  it("is not purged again by a repeat, and an inactive one not at all", async () => {
    const relay = relayFor({ test: "purge-once" });
    await fill(relay.stub, 1, 1, 5);
    await relay.stub.ingest([accountRow(1, 6, "deactivated")]);
    expect(await relay.stub.stats()).toMatchObject({ rows: 6 });
    await relay.stub.ingest([accountRow(1, 7, "deleted")]);
    await relay.stub.ingest([accountRow(1, 7, "deleted")]);
    expect(await relay.stub.stats()).toMatchObject({ rows: 1, lastSeq: 7 });
  });
});
