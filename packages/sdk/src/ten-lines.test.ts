import { describe, expectTypeOf, it } from "vitest";
import { type ColonyAgent, connect, type Content, type Job, type Recalled, type SentTask, type TaskOutcome } from "./index.ts";

/** What a newcomer writes. Never called: that it compiles, and means what it says, is the test. */
const tenLines = async (): Promise<string> => {
  const agent = await connect({ service: "http://localhost:3000", identifier: "dave.test", password: "secret" });
  agent.onRequest((job) => `You asked: ${job.text()}`);
  await agent.send("bob.test", "Hello");
  const task = await agent.request("carol.test", "Count the words of this sentence.", { deadline: 30_000, priority: 5, budget: { tokens: 1000 }, idempotencyKey: "count-1" });
  const outcome = await task.result({ deadline: new Date() });
  const memory = await agent.remember("Carol counts words", { tags: ["carol"] });
  const [best] = await agent.recall("who counts words?");
  await agent.share(memory.uri, "bob.test");
  return outcome.state === "completed" ? outcome.text() : `${outcome.reason} ${best?.text ?? ""}`;
};

/** Checked by `tsc`, which is part of the tests; at run time there is nothing to see. */
describe("the types that a newcomer meets", () => {
  it("say what comes of a task, by its state", () => {
    expectTypeOf(tenLines).returns.resolves.toBeString();
    expectTypeOf<TaskOutcome["state"]>().toEqualTypeOf<"completed" | "failed" | "rejected" | "canceled" | "expired">();
    expectTypeOf<Extract<TaskOutcome, { state: "completed" }>["output"]>().toEqualTypeOf<Content>();
    expectTypeOf<Exclude<TaskOutcome, { state: "completed" }>["reason"]>().toBeString();
    expectTypeOf<SentTask["result"]>().returns.resolves.toEqualTypeOf<TaskOutcome>();
  });

  it("say what a handler is given, and may give", () => {
    type Handler = Parameters<ColonyAgent["onRequest"]>[0];
    expectTypeOf<(job: Job) => string>().toExtend<Handler>();
    expectTypeOf<(job: Job) => Promise<void>>().toExtend<Handler>();
    expectTypeOf<{ add: (job: Job) => Content }>().toExtend<Handler>();
    expectTypeOf<(job: Job) => number>().not.toExtend<Handler>();
    expectTypeOf<Job["signal"]>().toEqualTypeOf<AbortSignal>();
    expectTypeOf<Job["deadline"]>().toEqualTypeOf<Date | undefined>();
  });

  it("say what is remembered", () => {
    expectTypeOf<Recalled>().toHaveProperty("text").toBeString();
    expectTypeOf<ColonyAgent["recall"]>().returns.resolves.toEqualTypeOf<Recalled[]>();
  });

  it("do not let a typing error through", () => {
    expectTypeOf<Parameters<ColonyAgent["request"]>[2]>().not.toExtend<{ dedline: number } | undefined>();
    expectTypeOf<{ deadline: number }>().toExtend<NonNullable<Parameters<ColonyAgent["request"]>[2]>>();
    expectTypeOf<{ privacy: "private" }>().not.toExtend<NonNullable<Parameters<ColonyAgent["send"]>[2]>>();
  });
});
