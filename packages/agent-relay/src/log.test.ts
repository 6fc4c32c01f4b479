import { describe, expect, it } from "vitest";
import { runInDurableObject } from "cloudflare:test";
import { EventLog } from "./log.ts";
import { migrate } from "./schema.ts";
import { commitRow, relayFor } from "../test/relay.ts";
import { sequenceFrame } from "@rookery/sync";

const frameOf = (n: number, ops = 1) => {
  const row = commitRow(1, n, { ops });
  return sequenceFrame(row.frame, row.seqAt, n);
};

/** A log in a storage that holds nothing else. */
function withLog<T>(test: string, run: (log: EventLog, storage: DurableObjectStorage) => T): Promise<T> {
  const { stub } = relayFor({ test });
  return runInDurableObject(stub, (_, { storage }) => run(new EventLog(storage.sql), storage));
}

describe("events after a seq", () => {
  it("are counted for many seqs at once, each row once", () => withLog("counts", (log, { sql }) => {
    for (let n = 1; n <= 30; n++) log.append(frameOf(n), 1, 0, n);
    sql.exec("DELETE FROM log WHERE seq IN (10, 20)");
    expect(log.countsAfter([])).toEqual(new Map());
    expect(Object.fromEntries(log.countsAfter([30, 5, 25, 0, 25, 15]))).toEqual({ 30: 0, 25: 5, 15: 14, 5: 23, 0: 28 });
  }));
});

describe("Jetstream times of the log", () => {
  it("follow the clock, and give every message of an event its own", () => withLog("times", (log) => {
    expect(log.append(frameOf(1), 1, 0, 1_000).us).toBe(1_000_000);
    expect(log.append(frameOf(2, 3), 1, 0, 1_000).us).toBe(1_000_003);
    expect(log.append(frameOf(3), 1, 0, 1_000).us).toBe(1_000_004);
    expect(log.append(frameOf(4), 1, 0, 2_000).us).toBe(2_000_000);
    expect([...log.read(0, 10, 1e9)].map(({ us }) => us)).toEqual([1_000_000, 1_000_003, 1_000_004, 2_000_000]);
  }));

  it("increase even when the clock goes back, across a restart and an empty window", () => withLog("backwards", (log, { sql }) => {
    log.append(frameOf(1), 1, 0, 5_000);
    log.append(frameOf(2), 1, 0, 1_000);
    const woken = new EventLog(sql);
    expect(woken.append(frameOf(3), 1, 0, 1_000).us).toBe(5_000_002);
    woken.prune(3, woken.bytes);
    expect(new EventLog(sql).append(frameOf(4), 1, 0, 1_000).us).toBe(5_000_003);
  }));

  it("are found again among purged and pruned events", () => withLog("find", (log, { sql }) => {
    for (let n = 1; n <= 40; n++) log.append(frameOf(n, 2), 1, 0, n * 10);
    log.prune(5, 5);
    sql.exec("DELETE FROM log WHERE seq IN (10, 11, 12, 40)");
    expect(log.firstAt(0)?.seq).toBe(6);
    expect(log.firstAt(60_000)).toEqual({ seq: 6, us: 60_000 });
    expect(log.firstAt(60_001)?.seq).toBe(7);
    expect(log.firstAt(95_000)?.seq).toBe(13);
    expect(log.firstAt(390_000)?.seq).toBe(39);
    expect(log.firstAt(390_001)).toBeUndefined();
    expect(log.firstAt(1e15)).toBeUndefined();
  }));

  it("are made up in order for events of a schema that had none", async () => {
    const { stub } = relayFor({ test: "legacy" });
    await runInDurableObject(stub, (_, { storage }) => {
      const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'").toArray();
      for (const { name } of tables) storage.sql.exec(`DROP TABLE ${name}`);
      migrate(storage, 1);
      for (let seq = 1; seq <= 4; seq++) storage.sql.exec("INSERT INTO log (seq, repo, prev, at, size, frame) VALUES (?, 1, 0, ?, 3, x'010203')", seq, 7_000);
      storage.sql.exec("UPDATE state SET seq = 2, bytes = 6");
      migrate(storage);
      const log = new EventLog(storage.sql);
      log.append(frameOf(5), 1, 0, 6_000);
      const times = [...log.read(0, 10, 1e9)].map(({ us }) => us);
      expect(times).toEqual([7_000_000 - 3 * 256, 7_000_000 - 2 * 256, 7_000_000 - 256, 7_000_000, 7_000_001]);
      expect(log.firstAt(7_000_000 - 300)?.seq).toBe(3);
      expect(new EventLog(storage.sql).append(frameOf(6), 1, 0, 1).us).toBe(7_000_002);
    });
  });
});
