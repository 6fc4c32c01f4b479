import { describe, expect, it } from "vitest";
import { type Account, type Budget, left, MAX_PROMISES, openAccount, promise, settle, spend } from "./budget.ts";

const promised = (account: Account, name: string, asked?: Budget) => {
  const made = promise(account, name, asked);
  if (made === undefined) throw new Error("no promise");
  return made;
};

describe("a budget", () => {
  it("without limits has nothing to count against", () => {
    const account = spend(openAccount(), { tokens: 5 });
    expect(left(account)).toEqual({});
    expect(promised(account, "a", { tokens: 9 }).budget).toEqual({ tokens: 9 });
  });

  it("counts sub-tasks: promised while they are in hand, spent when they are done", () => {
    let account = spend(openAccount({ tokens: 100, ms: 50 }), { tokens: 30 });
    ({ account } = promised(account, "a", { tokens: 40, ms: 10 }));
    expect(left(account)).toEqual({ tokens: 30, ms: 40 });
    expect(promise(account, "b", { tokens: 31 })).toBeUndefined();
    account = settle(account, "a", { tokens: 15 });
    expect(left(account)).toEqual({ tokens: 55, ms: 50 });
  });

  it("gives a sub-task that says nothing all that is left, and takes its silence for having spent it", () => {
    const made = promised(openAccount({ tokens: 100, microUsd: 7 }), "a");
    expect(made.budget).toEqual({ tokens: 100, microUsd: 7 });
    expect(left(made.account)).toEqual({ tokens: 0, microUsd: 0 });
    expect(promise(made.account, "b")).toBeUndefined();
    expect(settle(made.account, "a").spent).toEqual({ tokens: 100, microUsd: 7 });
  });

  it("is never negative, however much a sub-task took", () => {
    const account = settle(promised(openAccount({ tokens: 10 }), "a", { tokens: 5 }).account, "a", { tokens: 50 });
    expect(left(account)).toEqual({ tokens: 0 });
    expect(account.spent).toEqual({ tokens: 50 });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])("takes %s, said by a peer, for the worst", (tokens) => {
    expect(left(spend(openAccount({ tokens: 10 }), { tokens }))).toEqual({ tokens: 0 });
    expect(promise(openAccount({ tokens: 10 }), "a", { tokens })).toBeUndefined();
  });

  it("settles once, and only what was promised", () => {
    const { account } = promised(openAccount({ tokens: 10 }), "a", { tokens: 5 });
    const settled = settle(account, "a", { tokens: 1 });
    expect(settle(settled, "a", { tokens: 1 })).toEqual(settled);
    expect(settle(account, "toString")).toEqual(account);
    expect(promise(account, "a", {})).toBeUndefined();
  });

  it("promises to a bounded number", () => {
    let account = openAccount();
    for (let i = 0; i < MAX_PROMISES; i++) account = promised(account, `${i}`).account;
    expect(promise(account, "more")).toBeUndefined();
  });

  it("holds over many random operations: nothing negative, nothing lost", () => {
    // A fixed linear congruential sequence.
    let seed = 20_261_121;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return (seed >>> 8) % below;
    };
    let account = openAccount({ tokens: 100_000, ms: 5_000 });
    let spent = 0;
    for (let i = 0; i < 2_000; i++) {
      const name = `${random(20)}`;
      const tokens = random(500);
      if (random(3) === 0) account = promise(account, name, { tokens })?.account ?? account;
      else if (random(2) === 0) {
        if (Object.hasOwn(account.promised, name)) spent += tokens;
        account = settle(account, name, { tokens });
      } else {
        account = spend(account, { tokens });
        spent += tokens;
      }
      expect(account.spent.tokens ?? 0).toBe(spent);
      expect(Math.min(...Object.values(left(account)))).toBeGreaterThanOrEqual(0);
    }
    expect(spent).toBeGreaterThan(100_000);
  });
});
