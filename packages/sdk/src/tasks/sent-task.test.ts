import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SentTask } from "./sent-task.ts";
import { CANCEL_MS, LOOK_MS } from "./settings.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const never = (): Promise<never> => new Promise(() => {});

/** A task whose agent's colony takes every question, and answers none. */
const unanswered = (deadline?: number) => {
  const canceled: (string | undefined)[] = [];
  const task = new SentTask({ uri: "at://did:plc:ann/agent.comms.request/1", cid: "bafy" }, deadline, {
    cancel: async (_task, reason) => void canceled.push(reason),
    settled: never,
    progress: async function* () {},
    receipt: never,
    onEnd: () => {},
  });
  return { task, canceled };
};

describe("a task whose colony is gone without a word", () => {
  it("is expired a moment after its deadline all the same", async () => {
    const told = vi.fn<(outcome: unknown) => void>();
    void unanswered(Date.now() + 1000).task.result().then(told);
    await vi.advanceTimersByTimeAsync(1000 + LOOK_MS);
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ state: "expired", final: true }));
  });

  it("is waited for no longer than was said", async () => {
    const told = vi.fn<(outcome: unknown) => void>();
    void unanswered().task.result({ deadline: 1000 }).then(told);
    await vi.advanceTimersByTimeAsync(1000 + LOOK_MS);
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ state: "expired", final: false }));
  });
});

it("is taken back once, however often that is said", async () => {
  const { task, canceled } = unanswered();
  const both = Promise.all([task.cancel("first"), task.cancel("second")]);
  await vi.advanceTimersByTimeAsync(CANCEL_MS);
  expect(await both).toMatchObject([{ state: "canceled" }, { state: "canceled" }]);
  expect(canceled).toEqual(["first"]);
});
