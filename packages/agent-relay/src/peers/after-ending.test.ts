import { describe, expect, it } from "vitest";
import { afterEnding, type Cause } from "./after-ending.ts";

const limits = { firstMs: 1_000, maxMs: 60_000 };
const after = (cause: Cause, progressed: boolean, tries: number) => afterEnding(cause, progressed, tries, limits, () => 1);
const ending = (cause: "refused" | "closed" | "idle" | "overflow", retryAfterS?: number): Cause => ({ kind: "ending", ending: { cause, message: "m", ...(retryAfterS === undefined ? {} : { retryAfterS }) } });

describe("after a connection", () => {
  it.each(["idle", "overflow"] as const)("that ended by %s the next one follows at once, and nothing is wrong", (cause) =>
    expect(after(ending(cause), false, 7)).toEqual({ state: "waiting", tries: 0, delayMs: 50, error: null }));

  it("that brought nothing the pause grows; one that brought something begins anew", () => {
    expect(after(ending("closed"), false, 3)).toEqual({ state: "waiting", tries: 4, delayMs: 8_000, error: "closed: m" });
    expect(after(ending("closed"), true, 3)).toMatchObject({ tries: 1, delayMs: 1_000 });
  });

  it("that was refused the host may say how long, up to an hour", () => {
    expect(after(ending("refused", 120), false, 0).delayMs).toBe(120_000);
    expect(after(ending("refused", 1e9), false, 0).delayMs).toBe(3_600_000);
    expect(after(ending("refused", 0.1), false, 0).delayMs).toBe(1_000);
  });

  it("that ended with an error the host's words are kept; FutureCursor stops", () => {
    expect(after({ kind: "error-frame", error: "ConsumerTooSlow", message: "hurry" }, true, 0)).toMatchObject({ state: "waiting", error: "the host ended the stream: ConsumerTooSlow hurry" });
    expect(after({ kind: "error-frame", error: "FutureCursor", message: "" }, false, 0)).toMatchObject({ state: "stopped" });
    expect(after({ kind: "failed", message: "ours" }, false, 0)).toMatchObject({ state: "waiting", tries: 1, error: "ours" });
  });
});
