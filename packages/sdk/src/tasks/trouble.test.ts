import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { didOf, FakeColony, ids } from "../../test/fake-colony.ts";
import type { ColonyAgent } from "../colony-agent.ts";
import { ColonyError } from "../colony-error.ts";

const BOB = didOf("bob");

let colony: FakeColony;
let alice: ColonyAgent;
let bob: ColonyAgent;

beforeEach(() => {
  colony = new FakeColony();
  alice = colony.join("alice");
  bob = colony.join("bob");
});

afterEach(() => colony.close());

describe("a result that cannot be told", () => {
  it("because nobody answers, or the sender is to wait, is told later", async () => {
    for (const error of [new ColonyError("Unreachable", 0, "down"), new ColonyError("RateLimitExceeded", 429, "slower")]) {
      bob = colony.join(`bob${error.status}`);
      bob.onRequest(() => {
        colony.failNext = error;
        return "done";
      });
      expect(await (await alice.request(bob.did, "x", { deadline: 5000 })).result()).toMatchObject({ state: "completed" });
    }
  });

  it("because it is no content is told to have failed, with the reason", async () => {
    bob.onRequest(() => {
      colony.failNext = new ColonyError("InvalidRecord", 400, "the text is too long");
      return "too much";
    });
    expect(await (await alice.request(BOB, "x", { deadline: 5000 })).result()).toMatchObject({ state: "failed", reason: expect.stringContaining("the text is too long") });
  });
});

describe("a request that is said again", () => {
  it("under its idempotencyKey is the same task, also when it is over", async () => {
    bob.onRequest(() => "once");
    const ask = () => alice.request(BOB, "x", { idempotencyKey: "job-1" });
    const first = await ask();
    expect(await first.result({ deadline: 3000 })).toMatchObject({ state: "completed" });
    const second = await ask();
    expect(second.uri).toBe(first.uri);
    expect(await second.result({ deadline: 3000 })).toMatchObject({ state: "completed" });
  });

  it("is the same task while it is at work", async () => {
    let open = () => {};
    bob.onRequest(() => new Promise<string>((resolve) => (open = () => resolve("once"))));
    const ask = () => alice.request(BOB, "x", { idempotencyKey: "job-1" });
    const [first, second] = [await ask(), await ask()];
    await expect.poll(() => (open(), first.state)).toBe("completed");
    expect(await second.result({ deadline: 3000 })).toMatchObject({ state: "completed" });
  });
});

it("a task of an earlier run that was asked in confidence is taken back in confidence", async () => {
  const { uri } = await alice.request(BOB, "x", { deadline: 60_000 });
  const later = colony.join("alice");
  const task = await later.task(uri);
  void task?.cancel("the merger is off");
  await expect.poll(() => colony.of(ids.AgentCommsCancel)).toMatchObject([{ privacy: "sealed" }]);
});

it("progress is told as percent, however it was reckoned", async () => {
  bob.onRequest((job) => job.progress(100.4 + job.text().length));
  await (await alice.request(BOB, "x", { deadline: 5000 })).result();
  await expect.poll(() => colony.told).toMatchObject([{ progress: { percent: 100 } }]);
});

it("a capability is one of those that were given, and nothing that every object has", async () => {
  bob.onRequest({ add: () => "3" });
  expect(await (await alice.request(BOB, "x", { capability: "toString", deadline: 5000 })).result()).toMatchObject({ state: "rejected", error: { code: "unsupported" } });
});

it("a request that is shown again while it is at work was not processed by that", async () => {
  const [begun, finished] = [Promise.withResolvers<undefined>(), Promise.withResolvers<string>()];
  bob.onRequest(() => {
    begun.resolve(undefined);
    return finished.promise;
  });
  const task = await alice.request(BOB, "x", { receipt: ["processed"], deadline: 5000 });
  await begun.promise;
  // As after a restart: among the open tasks, and in the inbox.
  colony.showAgain(BOB);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(colony.acknowledgedBy(BOB)).toEqual([]);
  finished.resolve("done");
  expect(await task.receipt("processed", { deadline: 3000 })).toMatchObject({ received: true });
});

describe("an agent that is closed", () => {
  it("does not say of a task at work that it was processed", async () => {
    const [begun, stopped] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    bob.onRequest((job) => {
      job.signal.addEventListener("abort", () => stopped.resolve(undefined));
      begun.resolve(undefined);
      return new Promise<string>(() => {});
    });
    await alice.request(BOB, "x", { receipt: ["processed"] });
    await begun.promise;
    await bob.close();
    await stopped.promise;
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(colony.acknowledgedBy(BOB)).toEqual([]);
  });

  it("ends what is waited for, and says that the task goes on", async () => {
    const task = await alice.request(BOB, "x", { deadline: 60_000 });
    const sent = await alice.send(BOB, "x", { receipt: ["processed"] });
    const told = Promise.all([task.result(), task.result({ deadline: 60_000 }), sent.receipt("processed")]);
    const progress = (async () => {
      for await (const _ of task.progress);
    })();
    await alice.close();
    expect(await told).toMatchObject([{ state: "expired", final: false, reason: expect.stringContaining("closed") }, { final: false }, { received: false, reason: expect.stringContaining("closed") }]);
    await progress;
  });
});
