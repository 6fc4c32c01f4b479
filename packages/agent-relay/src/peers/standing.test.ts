import { describe, expect, it } from "vitest";
import { isOffence, Standing, strike } from "./standing.ts";

const limits = { windowMs: 1_000, offences: 10, share: 0.1, perAccount: 3, throttleMs: 5_000, strikes: 3, strikeMs: 10_000 };

describe("a host's standing", () => {
  it("is lost by many offences, if they are many among all events", () => {
    const standing = new Standing(limits, 0);
    for (let i = 0; i < 9; i++) standing.bad(0);
    expect(standing.isTooBad).toBe(false);
    standing.bad(0);
    expect(standing.isTooBad).toBe(true);
    standing.good(200, 0);
    expect(standing.isTooBad).toBe(false);
  });

  it("is not lost by one account, but by several", () => {
    const standing = new Standing(limits, 0);
    for (let i = 0; i < 100; i++) standing.bad(0, "a");
    expect(standing.isTooBad).toBe(false);
    for (const did of ["b", "c", "d"]) for (let i = 0; i < 3; i++) standing.bad(0, did);
    expect(standing.isTooBad).toBe(true);
  });

  it("tells for how long an account has used up what may be wrong with it", () => {
    const standing = new Standing(limits, 0);
    standing.bad(0, "a");
    standing.bad(0, "a");
    expect(standing.spentUntil("a", 0)).toBeUndefined();
    standing.bad(0, "a");
    expect(standing.spentUntil("a", 900)).toBe(1_000);
    expect(standing.spentUntil("b", 900)).toBeUndefined();
    expect(standing.spentUntil("a", 1_000)).toBeUndefined();
  });

  it("begins anew with every window", () => {
    const standing = new Standing(limits, 0);
    for (let i = 0; i < 9; i++) standing.bad(900);
    standing.bad(1_000);
    expect(standing.isTooBad).toBe(false);
  });

  it("counts strikes, and forgets them after a while", () => {
    expect(strike(0, null, 0, limits)).toEqual({ strikes: 1, cutOff: false });
    expect(strike(2, 0, 9_999, limits)).toEqual({ strikes: 3, cutOff: true });
    expect(strike(2, 0, 10_000, limits)).toEqual({ strikes: 1, cutOff: false });
  });

  it("suffers by what no sound host sends, not by what may happen to one", () => {
    expect(["Malformed", "BadSignature", "WrongHost", "SeqOrder"].every((code) => isOffence(code, "did:plc:a"))).toBe(true);
    expect(["Inactive", "AccountLimit", "SinceMismatch", "ChainBroken", "RevOrder", "Unresolvable"].some((code) => isOffence(code, "did:plc:a"))).toBe(false);
    expect(isOffence("Unresolvable", "did:web:a.org")).toBe(true);
  });
});
