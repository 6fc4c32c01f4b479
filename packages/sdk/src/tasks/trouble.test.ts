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

describe("an agent that is closed", () => {
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
