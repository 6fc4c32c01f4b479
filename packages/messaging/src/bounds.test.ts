import { beforeEach, expect, it } from "vitest";
import { Agent, clock, inMs, request, response } from "../test/world.ts";
import { THREAD_ALLOWANCE } from "./guards/limits.ts";
import { MAX_ENDED_TASKS, MAX_KEYS_OF_ONE, MAX_KEY_AUTHORS, MAX_OPEN_TASKS_OF_ONE, MAX_RECEIPTS_OF_ONE, MAX_UNPROCESSED, RECEIPT_DELAY } from "./limits.ts";

let ann: Agent;
let ben: Agent;

beforeEach(() => {
  [ann, ben] = [new Agent("ann"), new Agent("ben")];
});

it("one requester's tasks do not fill the ledger; what is too much is rejected, and its requester told", () => {
  const first = ann.send("request", request(ben));
  ben.get(first);
  for (let i = 1; i < MAX_OPEN_TASKS_OF_ONE; i++) ben.get(ann.send("request", request(ben)));
  expect(ann.judge("request", request(ben))).toBe("TooManyTasks");
  const over = ann.write("request", request(ben));
  expect(ben.get(over)).toMatchObject({ disposition: "refused" });
  expect(ben.flush().map(({ record }) => record)).toMatchObject([{ state: "rejected", error: { code: "unavailable", retryable: true } }]);
  expect(ben.get(new Agent("cat").write("request", request(ben)))).toMatchObject({ disposition: "accepted" });
  ann.get(ben.send("response", response(first, "completed")));
  expect(ann.judge("request", request(ben))).toBe("send");
  expect(ben.get(ann.send("request", request(ben)))).toMatchObject({ disposition: "accepted" });
});

it("ended tasks are told of for a while, and then forgotten, oldest first", () => {
  const count = MAX_ENDED_TASKS * 1.1 + 2;
  for (let i = 0; i < count; i++) {
    const task = ann.write("request", request(ben));
    ben.get(task);
    clock.now++;
    ben.send("response", response(task, "completed"));
  }
  expect(ben.engine.tasks().length).toBeLessThanOrEqual(MAX_ENDED_TASKS * 1.1);
  expect(ben.engine.tasks().length).toBeGreaterThanOrEqual(MAX_ENDED_TASKS);
  expect(ben.engine.task(`at://${ann.did}/agent.comms.request/${count}`)).toBeDefined();
  expect(ben.engine.task(`at://${ann.did}/agent.comms.request/1`)).toBeUndefined();
});

it("receipts for one reader do not crowd out everybody else's", () => {
  const ask = (from: Agent) => from.write("message", { to: [ben.did], content: [], ackRequested: { delivered: true } });
  for (let i = 0; i < MAX_RECEIPTS_OF_ONE + 20; i++) ben.get(ask(ann));
  ben.get(ask(new Agent("cat")));
  clock.now += RECEIPT_DELAY;
  const due = ben.engine.due(10_000);
  expect(due).toHaveLength(MAX_RECEIPTS_OF_ONE + 1);
});

it("messages that nobody acknowledges are forgotten, oldest first", () => {
  const uris = Array.from({ length: MAX_UNPROCESSED + 1 }, () => {
    clock.now++;
    const message = ann.write("message", { to: [ben.did], content: [], ackRequested: { processed: true } });
    ben.get(message);
    return message.uri;
  });
  expect([uris[0], uris.at(-1)].map((uri) => ben.engine.processed(uri ?? ""))).toEqual([false, true]);
});

it("keys are remembered of many authors, so many of each; one's own are never forgotten for others'", () => {
  const say = (from: Agent, key: string) => from.write("message", { to: [ben.did], content: [], idempotencyKey: key });
  ben.send("message", { to: [ann.did], content: [], idempotencyKey: "own" });
  const most = Math.ceil(MAX_KEYS_OF_ONE * 1.1);
  for (let i = 0; i <= most; i++) {
    clock.now++;
    ben.get(say(ann, `k${i}`));
  }
  expect(ben.get(say(ann, "k0")).disposition).toBe("accepted");
  for (const i of [most - MAX_KEYS_OF_ONE + 2, most]) expect(ben.get(say(ann, `k${i}`)).disposition).toBe("repeat");
  expect(ben.store.count(`intent ${ann.did}`)).toBeLessThanOrEqual(most);
  for (let i = 0; i < MAX_KEY_AUTHORS; i++) {
    clock.now++;
    ben.get(say(new Agent(`a${i}`), "k"));
  }
  expect(ben.store.count("intent-author")).toBeLessThanOrEqual(MAX_KEY_AUTHORS);
  expect(ben.store.count(`intent ${ann.did}`)).toBe(0);
  expect(ben.judge("message", { to: [ann.did], content: [], idempotencyKey: "own" })).toBe("earlier");
});

it("a busy agent still knows what it has sent", () => {
  for (let i = 0; i < 1_000; i++) {
    clock.now++;
    ben.send("message", { to: [ann.did], content: [], idempotencyKey: `k${i}` });
  }
  expect(ben.judge("message", { to: [ann.did], content: [], idempotencyKey: "k0" })).toBe("earlier");
});

it("automatic answers in a thread end, and begin again another day", () => {
  const root = { uri: `at://${ann.did}/agent.comms.message/1`, cid: "c" };
  const echo = (hopCount?: number) => ({ to: [ann.did], content: [], thread: { root, parent: root }, ...(hopCount === undefined ? {} : { hopCount }) });
  for (let i = 0; i < THREAD_ALLOWANCE.max; i++) ben.send("message", echo(1));
  expect(ben.judge("message", echo(1))).toBe("RateLimitExceeded");
  // A person may always answer.
  expect(ben.judge("message", echo())).toBe("send");
  clock.now += THREAD_ALLOWANCE.within;
  expect(ben.judge("message", echo(1))).toBe("send");
});

it("a deadline at the end of time is one", () => {
  const task = ann.send("request", request(ben, { deadline: "9999-12-31T23:59:59.999Z" }));
  ben.get(task);
  expect(ben.engine.tick()).toBeGreaterThan(clock.now);
  expect(ann.send("request", request(ben, { deadline: inMs(-1) }))).toBeDefined();
});
