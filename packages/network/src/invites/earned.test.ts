import { describe, expect, it } from "vitest";
import { earnedCodes } from "./earned.ts";
import type { InviteCode } from "./invite-store.ts";

const DAY = 86_400_000;
const every = { interval: DAY, epoch: 0 };

const code = (more: Partial<InviteCode> = {}): InviteCode => ({
  code: "c", available: 1, disabled: false, forAccount: "did:plc:a", createdBy: "did:plc:a", createdAt: new Date(0).toISOString(), uses: [], ...more,
});
const used = code({ uses: [{ usedBy: "did:plc:b", usedAt: "" }], createdAt: new Date(1).toISOString() });

describe("codes that come to an account by itself", () => {
  it("are one for each whole interval of its life, five open at most", () => {
    expect(earnedCodes([], 0, every, DAY - 1)).toBe(0);
    expect(earnedCodes([], 0, every, DAY)).toBe(1);
    expect(earnedCodes([], 0, every, 3.9 * DAY)).toBe(3);
    expect(earnedCodes([], 0, every, 100 * DAY)).toBe(5);
  });

  it("are less by those that it was given, and by those that are open", () => {
    expect(earnedCodes([used, used], 0, every, 3 * DAY)).toBe(1);
    expect(earnedCodes([code(), code()], 0, every, 100 * DAY)).toBe(3);
    expect(earnedCodes([code({ disabled: true, createdAt: new Date(5).toISOString() })], 0, every, 100 * DAY)).toBe(5);
    expect(earnedCodes(Array.from({ length: 7 }, () => used), 0, every, 3 * DAY)).toBe(0);
  });

  it("are not those that the admin gave", () => {
    expect(earnedCodes(Array.from({ length: 9 }, () => code({ createdBy: "admin" })), 0, every, 2 * DAY)).toBe(2);
  });

  it("are earned since the epoch alone, counted from birth", () => {
    const late = { interval: DAY, epoch: 10.5 * DAY };
    expect(earnedCodes([], 0, late, 10.9 * DAY)).toBe(0);
    expect(earnedCodes([], 0, late, 11 * DAY)).toBe(1);
    expect(earnedCodes([used], 0, late, 12 * DAY)).toBe(2);
    expect(earnedCodes([], 20 * DAY, late, 22 * DAY)).toBe(2);
  });
});
