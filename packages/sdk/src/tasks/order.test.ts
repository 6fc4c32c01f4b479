import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { didOf, FakeColony, ids } from "../../test/fake-colony.ts";
import type { ColonyAgent } from "../colony-agent.ts";
import { MAX_QUESTIONS } from "./settings.ts";

const [ALICE, BOB, CAROL] = [didOf("alice"), didOf("bob"), didOf("carol")];
const question = [{ $type: "agent.comms.defs#text", text: "which?" }];

let colony: FakeColony;
let alice: ColonyAgent;
let bob: ColonyAgent;

beforeEach(() => {
  colony = new FakeColony();
  alice = colony.join("alice");
  bob = colony.join("bob");
});

afterEach(() => colony.close());

describe("what the requester learns as soon as its ledger knows it", () => {
  it("the result of a new worker that overtakes the handoff", async () => {
    const carol = colony.join("carol");
    carol.onHandoff(() => true);
    carol.onRequest(() => "from carol");
    bob.onRequest(async (job) => {
      await job.handoff(CAROL);
    });
    colony.late = { to: ALICE, collection: ids.AgentCommsHandoff };
    const task = await alice.request(BOB, "x", { deadline: 60_000 });
    await expect.poll(() => colony.of(ids.AgentCommsResponse)).toHaveLength(1);
    expect(await alice.task(task.uri)).toMatchObject({ state: "submitted" });
    colony.arrive();
    expect(await task.result()).toMatchObject({ state: "completed", by: CAROL });
  });

  it("what a new worker asks that overtakes the handoff, and answers it once", async () => {
    colony.join("carol");
    colony.late = { to: ALICE, collection: ids.AgentCommsHandoff };
    const task = await alice.request(BOB, "x", { deadline: 60_000, answer: () => "this" });
    const request = { uri: task.uri, cid: task.cid };
    const handoff = colony.post(BOB, ids.AgentCommsHandoff, { to: CAROL, request });
    colony.post(CAROL, ids.AgentCommsHandoffAnswer, { handoff, request, answer: "accepted" });
    colony.post(CAROL, ids.AgentCommsResponse, { request, state: "input-required", output: question });
    colony.arrive();
    await expect.poll(() => colony.of(ids.AgentCommsMessage)).toMatchObject([{ record: { to: [CAROL], content: [{ text: "this" }] } }]);
    colony.post(CAROL, ids.AgentCommsResponse, { request, state: "completed" });
    await task.result();
    expect(colony.of(ids.AgentCommsMessage)).toHaveLength(1);
  });

  it("that the request is refused, of which there is no response", async () => {
    const task = await alice.request(BOB, "x", { deadline: 60_000 });
    colony.post(BOB, ids.AgentCommsReceipt, { to: ALICE, subject: { uri: task.uri, cid: task.cid }, status: "refused", error: { code: "idempotency-conflict", message: "said before" } });
    expect(await task.result()).toMatchObject({ state: "rejected", reason: "said before", final: true });
  });
});

it("receipts of strangers are none", async () => {
  const mallory = colony.join("mallory");
  const sent = await alice.send(BOB, "x", { receipt: ["processed"] });
  const task = await alice.request(BOB, "x", { receipt: ["processed"], deadline: 60_000 });
  for (const { uri, cid } of [sent, task]) for (const status of ["processed", "refused"]) colony.post(mallory.did, ids.AgentCommsReceipt, { to: ALICE, subject: { uri, cid }, status });
  for (const { uri, cid } of [sent, task]) colony.post(BOB, ids.AgentCommsReceipt, { to: ALICE, subject: { uri, cid }, status: "processed" });
  for (const one of [sent, task]) expect(await one.receipt("processed", { deadline: 10_000 })).toMatchObject({ received: true, status: "processed", by: BOB });
});

it("a task that is not to be begun yet waits, and holds up nothing", async () => {
  const done: string[] = [];
  bob.onRequest((job) => void done.push(job.text()), { concurrency: 1 });
  const later = (ms: number) => ({ notBefore: ms, deadline: 30_000 });
  const tasks = await Promise.all([alice.request(BOB, "later", later(1_000)), alice.request(BOB, "taken back", later(500)), alice.request(BOB, "never", { notBefore: "9999-12-31T00:00:00Z", deadline: 300 }), alice.request(BOB, "now", { deadline: 30_000 })]);
  await tasks[1]?.cancel();
  expect((await Promise.all(tasks.map((task) => task.result()))).map(({ state }) => state)).toEqual(["completed", "canceled", "expired", "completed"]);
  expect(done).toEqual(["now", "later"]);
});

it("a request that is deleted stops the work on it", async () => {
  let why: unknown;
  let hasBegun = false;
  bob.onRequest((job) => {
    hasBegun = true;
    return new Promise((_, reject) => job.signal.addEventListener("abort", () => reject((why = job.signal.reason))));
  });
  const task = await alice.request(BOB, "x", { deadline: 60_000 });
  await expect.poll(() => hasBegun).toBe(true);
  colony.retract(ALICE, task.uri);
  await expect.poll(() => why).toMatchObject({ name: "TaskStoppedError", why: "canceled" });
});

it("a worker that asks for ever is answered so often, and no more", async () => {
  let asked = 0;
  const task = await alice.request(BOB, "x", { deadline: 60_000, answer: () => `answer ${++asked}` });
  const request = { uri: task.uri, cid: task.cid };
  for (let i = 0; i < MAX_QUESTIONS + 5; i++) colony.post(BOB, ids.AgentCommsResponse, { request, state: "input-required", output: question });
  colony.post(BOB, ids.AgentCommsResponse, { request, state: "completed" });
  await task.result();
  expect(asked).toBe(MAX_QUESTIONS);
});
