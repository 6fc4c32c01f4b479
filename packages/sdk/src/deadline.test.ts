import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { at, datetimeOf, momentOf } from "./deadline.ts";

const NOW = Date.parse("2026-01-01T00:00:00.000Z");

describe("a deadline", () => {
  it.each([
    [5000, "2026-01-01T00:00:05.000Z"],
    ["2026-02-01T00:00:00+01:00", "2026-01-31T23:00:00.000Z"],
    [new Date(NOW + 1), "2026-01-01T00:00:00.001Z"],
  ])("%s is %s", (given, written) => {
    expect(datetimeOf(given, NOW)).toBe(written);
    expect(momentOf(given, NOW)).toBe(Date.parse(written));
  });

  it.each(["soon", Number.NaN, new Date("never"), 1e17])("%s is refused", (given) => {
    expect(() => datetimeOf(given, NOW)).toThrow("Not a moment");
  });
});

describe("a call at a moment", () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW }));
  afterEach(() => void vi.useRealTimers());

  it("comes then, also when no timer reaches so far, and once", () => {
    const months = 60 * 24 * 60 * 60 * 1000;
    const called: number[] = [];
    at(NOW + months, () => called.push(Date.now() - NOW));
    vi.advanceTimersByTime(months - 1);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(months);
    expect(called).toEqual([months]);
  });

  it("does not come when it is called off", () => {
    let called = false;
    const off = at(NOW + 10, () => (called = true));
    off();
    vi.advanceTimersByTime(100);
    expect(called).toBe(false);
  });
});
