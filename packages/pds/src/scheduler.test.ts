import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { newDid, objectOf } from "../test/agents.ts";
import { type Job, Scheduler } from "./scheduler.ts";

const due = (sql: SqlStorage) => sql.exec("SELECT job, at, tries FROM due ORDER BY job").toArray();

/** A scheduler on the storage of an object that is nothing else. */
async function withScheduler(then: (scheduler: Scheduler, storage: DurableObjectStorage) => Promise<void>): Promise<void> {
  await runInDurableObject(objectOf(newDid()).stub, async (_, { storage }) => {
    storage.sql.exec("CREATE TABLE due (job TEXT PRIMARY KEY, at INTEGER NOT NULL, tries INTEGER NOT NULL)");
    await then(new Scheduler(storage), storage);
    await storage.deleteAlarm();
  });
}

it("sets the alarm for the earliest, and once per horizon", () =>
  withScheduler(async (scheduler, storage) => {
    const later = Date.now() + 100_000;
    scheduler.ensure("inbox", later + 10);
    scheduler.ensure("outbox", later);
    scheduler.ensure("outbox", later + 5);
    expect(await storage.getAlarm()).toBe(later);
    expect(due(storage.sql)).toEqual([{ job: "inbox", at: later + 10, tries: 0 }, { job: "outbox", at: later, tries: 0 }]);
  }));

it("runs what is due, drops what is done, keeps what comes again, and counts", () =>
  withScheduler(async (scheduler, storage) => {
    const now = Date.now() + 100_000;
    for (const job of ["outbox", "blobs", "inbox"] as const) scheduler.ensure(job, now - 1);
    const ran: Job[] = [];
    await scheduler.run(now, async (job) => {
      ran.push(job);
      if (job === "blobs") return { again: 60_000 };
      if (job === "inbox") throw new Error("broken");
      return undefined;
    });
    expect(ran.toSorted()).toEqual(["blobs", "inbox", "outbox"]);
    expect(due(storage.sql).map(({ job, tries }) => [job, tries])).toEqual([["blobs", 1], ["inbox", 1]]);
    const other = new Scheduler(storage);
    other.load();
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
  }));

it("lets an earlier wish during a job stand, and brings a job back whose object died", () =>
  withScheduler(async (scheduler, storage) => {
    const now = Date.now() + 100_000;
    scheduler.ensure("outbox", now);
    await scheduler.run(now, async () => {
      // What a crash in here would leave behind: due again after its lease.
      expect(due(storage.sql)).toEqual([{ job: "outbox", at: now + 30_000, tries: 0 }]);
      scheduler.ensure("outbox", now + 5_000);
      return undefined;
    });
    expect(due(storage.sql)).toEqual([{ job: "outbox", at: now + 5_000, tries: 0 }]);
  }));

it("keeps a later wish during a job, which the job itself knows nothing of", () =>
  withScheduler(async (scheduler, storage) => {
    const now = Date.now() + 100_000;
    for (const job of ["tasks", "receipts", "arrivals"] as const) scheduler.ensure(job, now);
    await scheduler.run(now, async (job) => {
      // Later than the lease, so that the lease stands until the job has ended.
      if (job !== "arrivals") scheduler.ensure(job, now + 3_600_000);
      return job === "receipts" ? { again: 9_000_000 } : undefined;
    });
    expect(due(storage.sql).map(({ job, at }) => [job, at])).toEqual([["receipts", now + 3_600_000], ["tasks", now + 3_600_000]]);
  }));

it("forgets what a failed transaction wished", () =>
  withScheduler(async (scheduler, storage) => {
    expect(() =>
      storage.transactionSync(() => {
        scheduler.ensure("outbox", Date.now() + 1_000);
        throw new Error("rolled back");
      }),
    ).toThrow();
    scheduler.load();
    expect(due(storage.sql)).toEqual([]);
    const at = Date.now() + 50_000;
    scheduler.ensure("outbox", at);
    expect(await storage.getAlarm()).toBe(at);
  }));

it("takes times that no alarm can be set for, and is there when they can", () =>
  withScheduler(async (scheduler, storage) => {
    const never = Date.parse("9999-12-31T23:59:59Z");
    scheduler.ensure("tasks", never);
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
    await scheduler.run(Date.now(), () => Promise.reject(new Error("not due")));
    new Scheduler(storage).load();
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
    scheduler.ensure("outbox", -1);
    // Being due, it may have gone off already.
    expect((await storage.getAlarm()) ?? 0).toBeLessThan(Date.now() + 60_000);
    expect(due(storage.sql)).toEqual([{ job: "outbox", at: -1, tries: 0 }, { job: "tasks", at: never, tries: 0 }]);
  }));
