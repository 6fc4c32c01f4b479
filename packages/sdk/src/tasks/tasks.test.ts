import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { didOf, FakeColony, ids } from "../../test/fake-colony.ts";
import type { ColonyAgent } from "../colony-agent.ts";
import { ColonyError } from "../colony-error.ts";
import { json, textOf } from "../content.ts";
import { type Job, RefusedError, type TaskOutcome } from "./index.ts";

const BOB = didOf("bob");
const CAROL = didOf("carol");

let colony: FakeColony;
let alice: ColonyAgent;
let bob: ColonyAgent;

beforeEach(() => {
  colony = new FakeColony();
  alice = colony.join("alice");
  bob = colony.join("bob");
});

afterEach(() => colony.close());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Handlers wait here until they are told to go on. */
const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe("a task", () => {
  it("that is done has a result", async () => {
    bob.onRequest((job) => `${job.text()} from ${job.from === alice.did}`);
    const task = await alice.request(BOB, "hello", { deadline: 5000 });
    const outcome = await task.result();
    expect(outcome).toMatchObject({ state: "completed", by: BOB, sealed: true });
    if (outcome.state === "completed") expect(outcome.text()).toBe("hello from true");
    expect(task.state).toBe("completed");
  });

  it("may be asked of oneself", async () => {
    alice.onRequest({
      write: async (job) => `${job.text()}, ${textOf(await job.ask("To whom?"))}`,
      wait: (job) => new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason))),
    });
    const task = await alice.request(alice.did, "hello", { capability: "write", deadline: 5000, answer: () => "me" });
    const outcome = await task.result();
    expect(outcome).toMatchObject({ state: "completed", by: alice.did, sealed: true });
    expect(outcome.state === "completed" && outcome.text()).toBe("hello, me");
    const regretted = await alice.request(alice.did, "x", { capability: "wait", deadline: 5000 });
    expect(await regretted.cancel("never mind")).toMatchObject({ state: "canceled" });
    expect(await (await alice.request(alice.did, "x", { capability: "wait", deadline: 50 })).result()).toMatchObject({ state: "expired" });
    expect(await (await alice.request(alice.did, "x", { capability: "fly", deadline: 5000 })).result()).toMatchObject({ state: "rejected" });
  });

  it("of which a part is asked of another is not told in public by that, also by who speaks in public otherwise", async () => {
    const carol = colony.join("carol");
    carol.onRequest(() => "done");
    const talker = colony.join("talker", { privacy: "public" });
    talker.onRequest(async (job) => {
      await (await job.request(CAROL, "a part", { deadline: 4000 })).result();
      await (await job.request(CAROL, "another part", { deadline: 4000, privacy: undefined } as object)).result();
      await (await job.request(CAROL, "a public part", { deadline: 4000, privacy: "public" })).result();
    });
    expect(await (await alice.request(talker.did, "x", { deadline: 5000, maxDelegationDepth: 1 })).result()).toMatchObject({ state: "completed" });
    expect(colony.of(ids.AgentCommsRequest).map(({ privacy }) => privacy)).toEqual(["sealed", "sealed", "sealed", "public"]);
  });

  it("is done by a handler, and by nothing else", () => {
    for (const wrong of [undefined, null, "x", { paint: "x" }]) expect(() => bob.onRequest(wrong as never)).toThrow("Not a handler");
    expect(() => bob.onRequest(() => "x")()).not.toThrow();
  });

  it("gives and gets JSON", async () => {
    bob.onRequest((job) => [json({ sum: (job.json() as number[]).reduce((a, b) => a + b) })]);
    const outcome = await (await alice.request(BOB, [json([1, 2, 3])], { deadline: 5000 })).result();
    expect(outcome.state === "completed" && outcome.json()).toEqual({ sum: 6 });
  });

  it.each<[string, Error, Partial<TaskOutcome>]>([
    ["will not be done is rejected, with the reason", new RefusedError("too dangerous", "not-allowed"), { state: "rejected", reason: "too dangerous", final: true }],
    ["goes wrong has failed, with the reason", new Error("no disk"), { state: "failed", reason: "no disk", final: true }],
  ])("that %s", async (_, thrown, expected) => {
    bob.onRequest(() => {
      throw thrown;
    });
    expect(await (await alice.request(BOB, "x", { deadline: 5000 })).result()).toMatchObject(expected);
  });

  it("goes to the handler of its capability, and is rejected where there is none", async () => {
    bob.onRequest({ add: () => "added", drop: () => "dropped" });
    const outcomes = await Promise.all(["add", "drop", "fly"].map(async (capability) => (await alice.request(BOB, "x", { capability, deadline: 5000 })).result()));
    expect(outcomes.map((outcome) => (outcome.state === "completed" ? outcome.text() : `${outcome.state} ${outcome.error?.code}`))).toEqual(["added", "dropped", "rejected unsupported"]);
  });

  it("that nobody does is expired at its deadline, and the handler is told to stop", async () => {
    let why: unknown;
    bob.onRequest((job) => new Promise((_, reject) => job.signal.addEventListener("abort", () => reject((why = job.signal.reason)))));
    const task = await alice.request(BOB, "x", { deadline: 150 });
    expect(await task.result()).toMatchObject({ state: "expired", final: true, error: { code: "deadline-exceeded" } });
    await expect.poll(() => why).toMatchObject({ name: "TaskStoppedError", why: "expired" });
    expect(colony.of(ids.AgentCommsResponse).filter(({ record }) => record["state"] !== "expired")).toEqual([]);
  });

  it("may be waited for less long than it goes on, and asked for again", async () => {
    const { open, opened } = gate();
    bob.onRequest(() => opened.then(() => "at last"));
    const task = await alice.request(BOB, "x");
    expect(await task.result({ deadline: 50 })).toMatchObject({ state: "expired", final: false });
    open();
    expect(await task.result({ deadline: 5000 })).toMatchObject({ state: "completed" });
  });

  it("that is taken back stops the handler, and is canceled", async () => {
    const { opened } = gate();
    const begun = gate();
    let why: unknown;
    bob.onRequest(async (job) => {
      job.signal.addEventListener("abort", () => (why = job.signal.reason));
      begun.open();
      await opened;
    });
    const task = await alice.request(BOB, "x");
    await begun.opened;
    expect(await task.cancel("not needed")).toMatchObject({ state: "canceled" });
    await expect.poll(() => why).toMatchObject({ why: "canceled" });
    expect(colony.of(ids.AgentCommsCancel)).toMatchObject([{ privacy: "sealed", record: { to: BOB, reason: "not needed" } }]);
  });

  it("that was done before it is taken back stays done", async () => {
    bob.onRequest(() => "quick");
    const task = await alice.request(BOB, "x");
    await task.result();
    expect(await task.cancel()).toMatchObject({ state: "completed" });
    expect(colony.of(ids.AgentCommsCancel)).toEqual([]);
  });

  it("that cannot be sent is an error, and nobody waits for it", async () => {
    colony.failNext = new ColonyError("CannotSeal", 400, "no key");
    await expect(alice.request(BOB, "x")).rejects.toThrow("CannotSeal: no key");
  });

  it("is found again by who has asked for it, also when it has ended meanwhile", async () => {
    const { open, opened } = gate();
    bob.onRequest(() => opened.then(() => "done"));
    const { uri } = await alice.request(BOB, "x", { deadline: 10_000 });
    await alice.close();
    const again = colony.join("alice");
    const task = await again.task(uri);
    expect(task).toMatchObject({ uri, state: "submitted" });
    const result = task?.result();
    open();
    expect(await result).toMatchObject({ state: "completed" });
    expect(await again.task(`at://${again.did}/agent.comms.request/unknown`)).toBeUndefined();
  });

  it("that asks for something in between gets it, and goes on", async () => {
    bob.onRequest(async (job) => `${textOf(await job.ask("Which colour?"))} it is`);
    const task = await alice.request(BOB, "paint", { deadline: 5000, answer: (question) => (textOf(question.record.output) === "Which colour?" ? "blue" : "what?") });
    const outcome = await task.result();
    expect(outcome.state === "completed" && outcome.text()).toBe("blue it is");
    expect(colony.of(ids.AgentCommsResponse).map(({ record }) => record["state"])).toEqual(["input-required", "working", "completed"]);
  });

  it("is refused as failed once it has begun, since it is too late to reject it", async () => {
    bob.onRequest(async (job) => {
      await job.ask("Sure?");
      throw new RefusedError("not sure enough");
    });
    const task = await alice.request(BOB, "x", { deadline: 5000, answer: () => "no" });
    expect(await task.result()).toMatchObject({ state: "failed", reason: "not sure enough" });
  });
});

describe("a worker", () => {
  it("does no more at a time than it is told, the most urgent first", async () => {
    const gates = Array.from({ length: 4 }, gate);
    const begun: string[] = [];
    bob.onRequest(
      async (job) => {
        begun.push(job.text());
        await gates[Number(job.text())]?.opened;
      },
      { concurrency: 2 },
    );
    const last = new Promise<void>((resolve) => bob.onMessage((incoming) => void (incoming.kind === "message" && resolve())));
    const tasks = [];
    for (const [i, priority] of [3, 3, 1, 5].entries()) tasks.push(await alice.request(BOB, String(i), { priority, deadline: 10_000 }));
    await expect.poll(() => begun).toEqual(["0", "1"]);
    // What came before it has come.
    await alice.send(BOB, "these were all");
    await last;
    gates[0]?.open();
    await expect.poll(() => begun).toEqual(["0", "1", "3"]);
    for (const { open } of gates) open();
    await Promise.all(tasks.map((task) => task.result()));
    expect(begun).toEqual(["0", "1", "3", "2"]);
  });

  it("that starts again does not do a finished task twice, and takes up what it had begun", async () => {
    const done: string[] = [];
    const stuck = gate();
    bob.onRequest(async (job) => {
      if (job.text() === "second") await stuck.opened;
      done.push(job.text());
    });
    await (await alice.request(BOB, "first", { deadline: 10_000 })).result();
    const second = await alice.request(BOB, "second", { deadline: 10_000 });
    await sleep(50);
    await bob.close();
    const again = colony.join("bob");
    again.onRequest((job) => void done.push(`again ${job.text()}`));
    expect(await second.result()).toMatchObject({ state: "completed" });
    expect(done).toEqual(["first", "again second"]);
  });

  it("takes up what came before there was a handler", async () => {
    bob.onMessage(() => {});
    const early = await alice.request(BOB, "early", { deadline: 10_000 });
    const handoff = new Promise<void>((resolve) => colony.join("carol").onMessage((incoming) => void (incoming.kind === "handoff" && resolve())));
    const other = await alice.request(BOB, "for carol", { deadline: 10_000 });
    await sleep(50);
    const stop = bob.onRequest(async (job) => (job.text() === "early" ? "done" : void (await job.handoff(CAROL))));
    expect(await early.result()).toMatchObject({ state: "completed" });
    await handoff;
    const carol = colony.join("carol");
    carol.onHandoff(() => true);
    carol.onRequest(() => "carol's");
    expect(await other.result()).toMatchObject({ state: "completed", by: CAROL });
    stop();
  });

  it("holds its place in the inbox at the first task that is not finished", async () => {
    const cursors: string[] = [];
    const carol = colony.join("carol", { onCursor: (cursor) => void cursors.push(cursor) });
    const { open, opened } = gate();
    carol.onRequest((job) => (job.text() === "slow" ? opened : undefined));
    const slow = await alice.request(CAROL, "slow", { deadline: 10_000 });
    await sleep(30);
    await (await alice.request(CAROL, "quick", { deadline: 10_000 })).result();
    await sleep(30);
    expect(cursors).toEqual([]);
    open();
    await slow.result();
    await expect.poll(() => cursors.at(-1)).toBe("2");
  });

  it("says again what nobody heard", async () => {
    const errors: unknown[] = [];
    const carol = colony.join("carol", { onError: (error) => void errors.push(error) });
    carol.onRequest(() => {
      colony.failNext = new ColonyError("Unreachable", 0, "down for a moment");
      return "done";
    });
    expect(await (await alice.request(CAROL, "x", { deadline: 10_000 })).result()).toMatchObject({ state: "completed" });
    expect(errors).toMatchObject([{ name: "ColonyError" }]);
  });

  it("is one for each agent", () => {
    const stop = bob.onRequest(() => {});
    expect(() => bob.onRequest(() => {})).toThrow("already");
    stop();
    bob.onRequest(() => {});
  });

  it("tells where it is, the newest when there is too much of it", async () => {
    bob.onRequest(async (job) => {
      for (let i = 0; i <= 100; i += 10) job.progress(i);
      job.progress({ text: "nearly" });
      await sleep(250);
    });
    const { uri } = await alice.request(BOB, "x", { deadline: 5000 });
    await expect.poll(() => colony.told.at(-1)).toEqual({ request: uri, progress: { text: "nearly" } });
    expect(colony.told.length).toBeLessThanOrEqual(2);
  });
});

describe("handing over", () => {
  let carol: ColonyAgent;
  beforeEach(() => {
    carol = colony.join("carol");
  });

  it("gives the task to another, whose result is the requester's", async () => {
    const notes = { uri: `at://${BOB}/agent.memory.note/1`, cid: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" };
    bob.onRequest(async (job) => {
      expect(await job.handoff(CAROL, { reason: "busy", records: [notes], input: "mind the gap" })).toEqual({ accepted: true });
      return "never sent";
    });
    carol.onHandoff((offer) => offer.from === BOB && offer.requester === alice.did && offer.reason === "busy");
    carol.onRequest((job) => `carol did ${job.text()}`);
    const outcome = await (await alice.request(BOB, "cross", { deadline: 5000, budget: { tokens: 100 } })).result();
    expect(outcome).toMatchObject({ state: "completed", by: CAROL });
    expect(outcome.state === "completed" && outcome.text()).toBe("carol did cross\nmind the gap");
    expect(colony.of(ids.AgentCommsHandoff)).toMatchObject([{ privacy: "sealed", grants: [notes.uri], record: { to: CAROL, budget: { tokens: 100 }, maxDelegationDepth: 0, records: [{ record: notes }] } }]);
    expect(colony.of(ids.AgentCommsResponse)).toMatchObject([{ author: CAROL }]);
  });

  it("may be declined, and the first goes on", async () => {
    const results: unknown[] = [];
    bob.onRequest(async (job: Job) => {
      results.push(await job.handoff(CAROL));
      return "did it myself";
    });
    carol.onRequest(() => "not asked");
    expect(await (await alice.request(BOB, "x", { deadline: 5000 })).result()).toMatchObject({ state: "completed", by: BOB });
    expect(results).toEqual([{ accepted: false, reason: "Takes no tasks over" }]);
  });

  it("goes no further than the requester lets it", async () => {
    bob.onRequest(async (job) => {
      await job.handoff(CAROL);
    });
    expect(await (await alice.request(BOB, "x", { deadline: 5000, maxDelegationDepth: 0 })).result()).toMatchObject({ state: "rejected", error: { code: "depth-limit" } });
    expect(colony.of(ids.AgentCommsHandoff)).toEqual([]);
  });
});

describe("a part that another is asked for", () => {
  it("is no later, no dearer, one step deeper, and on the requester's behalf", async () => {
    const carol = colony.join("carol");
    carol.onRequest((job) => `${job.budget?.tokens} ${job.deadline?.toISOString()}`);
    bob.onRequest(async (job) => {
      const part = await job.request(CAROL, "a part", { deadline: 3_600_000, budget: { tokens: 60 } });
      const outcome = await part.result();
      await expect(job.request(CAROL, "another", { budget: { tokens: 60 } })).rejects.toMatchObject({ code: "budget-exceeded" });
      await expect(job.request(alice.did, "you")).rejects.toMatchObject({ code: "loop" });
      return outcome.state === "completed" ? outcome.text() : outcome.reason;
    });
    const deadline = new Date(Date.now() + 5000);
    const task = await alice.request(BOB, "whole", { deadline, budget: { tokens: 100 }, maxDelegationDepth: 1 });
    const outcome = await task.result();
    expect(outcome.state === "completed" && outcome.text()).toBe(`60 ${deadline.toISOString()}`);
    expect(colony.of(ids.AgentCommsRequest)[1]?.record).toMatchObject({ hopCount: 1, maxDelegationDepth: 0, onBehalfOf: [{ uri: task.uri }], budget: { tokens: 60 } });
  });
});

describe("receipts", () => {
  it("come when they are asked for: delivered at once, processed when the handler is done", async () => {
    const { open, opened } = gate();
    bob.onMessage(() => opened);
    const sent = await alice.send(BOB, "read this", { receipt: ["delivered", "processed"] });
    expect(await sent.receipt("delivered", { deadline: 10_000 })).toMatchObject({ received: true, status: "delivered", by: BOB });
    expect(await sent.receipt("processed", { deadline: 50 })).toMatchObject({ received: false });
    open();
    expect(await sent.receipt("processed", { deadline: 10_000 })).toMatchObject({ received: true, status: "processed" });
  });

  it("come for a task when it is done, and for nothing that was not asked for", async () => {
    bob.onMessage(() => {});
    bob.onRequest(() => "done");
    const task = await alice.request(BOB, "x", { deadline: 5000, receipt: ["processed"] });
    expect(await task.receipt("processed", { deadline: 10_000 })).toMatchObject({ received: true });
    const { uri } = await alice.send(BOB, "by the way");
    await sleep(50);
    expect(colony.acknowledgedBy(BOB)).not.toContain(uri);
  });
});
