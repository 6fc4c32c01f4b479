import { describe, expect, it } from "vitest";
import { RateLimiter } from "./rate.ts";

const rule = { name: "test", points: 3, windowMs: 1000 };

describe("RateLimiter", () => {
  it("lets a window's points through, then none until the window ends", () => {
    const limiter = new RateLimiter();
    const taken = Array.from({ length: 4 }, () => limiter.take(rule, "a", 5000));
    expect(taken.map((state) => [state.exceeded, state.remaining])).toEqual([[false, 2], [false, 1], [false, 0], [true, 0]]);
    expect(limiter.take(rule, "b", 5000).exceeded).toBe(false);
    expect(limiter.take(rule, "a", 6000)).toMatchObject({ exceeded: false, remaining: 2 });
    expect(limiter.take(rule, "a", 6000)).toEqual({ limit: 3, remaining: 1, reset: 7, policy: "3;w=1", exceeded: false });
  });

  it("forgets first who began a window the longest ago, not who was first seen then", () => {
    const limiter = new RateLimiter();
    limiter.take(rule, "a", 0);
    for (let i = 0; i < 25_000; i++) limiter.take(rule, `early-${i}`, 5000);
    for (let i = 0; i < 4; i++) limiter.take(rule, "a", 5000);
    for (let i = 0; i < 25_000; i++) limiter.take(rule, `late-${i}`, 5000);
    expect(limiter.size).toBeLessThan(50_000);
    expect(limiter.take(rule, "a", 5000).exceeded).toBe(true);
  });

  it("stays bounded whatever the traffic", () => {
    const limiter = new RateLimiter();
    for (let i = 0; i < 120_000; i++) limiter.take(rule, `address-${i}`, 5000);
    expect(limiter.size).toBeLessThanOrEqual(50_000);
    // A window that is over makes room first.
    expect(limiter.take(rule, "late", 9000).remaining).toBe(2);
  });
});
