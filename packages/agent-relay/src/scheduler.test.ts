import { describe, expect, it, vi } from "vitest";
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { Scheduler, type Job } from "./scheduler.ts";
import { migrate } from "./schema.ts";
import { JOB_RETRY_MS } from "./settings.ts";
import { commitRow, did, relayFor } from "../test/relay.ts";

const never: Job = () => undefined;
const idle = { prune: never, purge: never, retention: never, wake: never };
const FAR = Date.now() + 10 * 24 * 3_600_000;

/** A scheduler of our own over the storage of an object that has nothing due. */
function withStorage(test: string, act: (storage: DurableObjectStorage) => Promise<void>): Promise<void> {
  return runInDurableObject(relayFor({ test }).stub, (_, state) => act(state.storage));
}

describe("the scheduler", () => {
  it("keeps one alarm, at the earliest due time", () =>
    withStorage("earliest", async (storage) => {
      const scheduler = new Scheduler(storage, idle);
      scheduler.at("prune", FAR + 2_000);
      scheduler.at("wake", FAR + 1_000);
      scheduler.at("purge", FAR + 3_000);
      expect(await storage.getAlarm()).toBe(FAR + 1_000);
      await scheduler.run(FAR + 1_500);
      expect(await storage.getAlarm()).toBe(FAR + 2_000);
    }));

  it("writes nothing when what is asked for is due already", () =>
    withStorage("no-writes", async (storage) => {
      const scheduler = new Scheduler(storage, idle);
      scheduler.at("wake", FAR);
      const setAlarm = vi.spyOn(storage, "setAlarm");
      const before = storage.sql.exec("SELECT total_changes() AS n").one();
      for (let i = 0; i < 100; i++) scheduler.at("wake", FAR + i);
      expect(storage.sql.exec("SELECT total_changes() AS n").one()).toEqual(before);
      expect(setAlarm).not.toHaveBeenCalled();
    }));

  it("runs what is due and nothing else, and again when a job says so", () =>
    withStorage("due", async (storage) => {
      const ran: string[] = [];
      const scheduler = new Scheduler(storage, { ...idle, wake: (now) => (ran.push("wake"), now + 100), prune: () => void ran.push("prune") });
      scheduler.at("wake", FAR);
      scheduler.at("prune", FAR + 50);
      await scheduler.run(FAR);
      expect(ran).toEqual(["wake"]);
      await scheduler.run(FAR + 60);
      expect(ran).toEqual(["wake", "prune"]);
      expect(await storage.getAlarm()).toBe(FAR + 100);
    }));

  it("tries a job that failed again later, and runs the others", () =>
    withStorage("failed", async (storage) => {
      const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
      const ran: string[] = [];
      const broken: Job = () => {
        throw new Error("broken");
      };
      const scheduler = new Scheduler(storage, { ...idle, prune: broken, wake: () => void ran.push("wake") });
      scheduler.at("prune", FAR);
      scheduler.at("wake", FAR);
      await scheduler.run(FAR);
      expect(ran).toEqual(["wake"]);
      expect(await storage.getAlarm()).toBe(FAR + JOB_RETRY_MS);
      expect(error).toHaveBeenCalledWith(expect.objectContaining({ job: "prune" }));
      error.mockRestore();
    }));

  it("keeps what a job schedules for itself while it runs", () =>
    withStorage("itself", async (storage) => {
      const scheduler: Scheduler = new Scheduler(storage, {
        ...idle,
        wake: () => {
          scheduler.at("wake", FAR + 10);
          return undefined;
        },
      });
      scheduler.at("wake", FAR);
      await scheduler.run(FAR);
      expect(await storage.getAlarm()).toBe(FAR + 10);
    }));

  it("sets the alarm again at a start when it was lost", async () => {
    const relay = relayFor({ test: "lost" });
    await relay.stub.ingest([commitRow(1, 1)]);
    const alarm = await runInDurableObject(relay.stub, async (_, state) => {
      const set = await state.storage.getAlarm();
      await state.storage.deleteAlarm();
      return set;
    });
    expect(alarm).not.toBeNull();
    await abortAllDurableObjects();
    await relay.again().stats();
    expect(await runInDurableObject(relay.again(), (_, state) => state.storage.getAlarm())).toBe(alarm);
  });

  it("is not asked for an alarm by events as such", async () => {
    const relay = relayFor({ test: "quiet" });
    await relay.stub.ingest([commitRow(1, 1), commitRow(1, 2)]);
    await relay.stub.ingest([commitRow(1, 3, { deliveries: [{ path: "a/b", action: "delete", to: [did(1)] }] })]);
    await runInDurableObject(relay.stub, async (object, state) => {
      const setAlarm = vi.spyOn(state.storage, "setAlarm");
      for (let n = 4; n < 50; n++) await object.ingest([commitRow(1, n, { deliveries: [{ path: "a/b", action: "delete", to: [did(1)] }] })]);
      expect(setAlarm).not.toHaveBeenCalled();
    });
  });
});

describe("migrations", () => {
  it("run once, and refuse storage from a later version", () =>
    withStorage("migrations", async (storage) => {
      const { last } = storage.sql.exec<{ last: number }>("SELECT MAX(version) AS last FROM migration").one();
      migrate(storage);
      expect(storage.sql.exec("SELECT COUNT(*) AS n FROM migration").one()).toEqual({ n: last });
      storage.sql.exec("INSERT INTO migration (version) VALUES (99)");
      expect(() => migrate(storage)).toThrow("99");
      storage.sql.exec("DELETE FROM migration WHERE version = 99");
    }));
});
