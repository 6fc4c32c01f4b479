import { describe, expect, test } from "vitest";
import { DidCache, type DidCacheLimits } from "./did-cache.ts";

const LIMITS: DidCacheLimits = { lifeMs: 1000, absentMs: 100, refreshGapMs: 10, refreshBurst: 1, failureMs: 5, maxEntries: 3, maxChars: 1000, sharedMs: 50 };

/** A cache over a directory in memory and a clock that the test moves. */
const setup = (limits: Partial<DidCacheLimits> = {}) => {
  const directory = new Map<string, unknown>();
  const asked: string[] = [];
  const clock = { now: 0 };
  const resolve = async (did: string) => {
    asked.push(did);
    const found = directory.get(did);
    if (found instanceof Error) throw found;
    return found;
  };
  return { directory, asked, clock, cache: new DidCache(resolve, { ...LIMITS, ...limits }, () => clock.now) };
};

/** A cache over a directory that answers when it is told, each look-up by its number. */
const slow = (limits: Partial<DidCacheLimits> = {}) => {
  const waiting: ((document: unknown) => void)[] = [];
  const cache = new DidCache(() => new Promise((resolve) => waiting.push(resolve)), { ...LIMITS, sharedMs: 10_000, ...limits });
  const answer = (at: number, document: unknown): void => waiting[at]?.(document);
  return { waiting, answer, cache };
};

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe("the cache of DID documents", () => {
  test("asks once, and again when the answer is old", async () => {
    const { directory, asked, clock, cache } = setup();
    directory.set("a", { v: 1 });
    expect(await cache.resolve("a")).toEqual({ v: 1 });
    directory.set("a", { v: 2 });
    clock.now = 999;
    expect(await cache.resolve("a")).toEqual({ v: 1 });
    clock.now = 1000;
    expect(await cache.resolve("a")).toEqual({ v: 2 });
    expect(asked).toHaveLength(2);
  });

  test("asks anew on demand, also right after it asked: an account may have changed its key that moment", async () => {
    const { directory, asked, clock, cache } = setup();
    directory.set("a", { v: 1 });
    await cache.resolve("a");
    directory.set("a", { v: 2 });
    expect(await cache.resolve("a", { fresh: true })).toEqual({ v: 2 });
    directory.set("a", { v: 3 });
    clock.now = 9;
    expect(await cache.resolve("a", { fresh: true })).toEqual({ v: 2 });
    clock.now = 10;
    expect(await cache.resolve("a", { fresh: true })).toEqual({ v: 3 });
    expect(asked).toHaveLength(3);
  });

  test("asks anew so many times at once, and then once in each gap, however often it is asked", async () => {
    const { directory, asked, clock, cache } = setup({ refreshBurst: 3 });
    directory.set("a", { v: 1 });
    await cache.resolve("a");
    for (let i = 0; i < 20; i++) await cache.resolve("a", { fresh: true });
    expect(asked).toHaveLength(1 + 3);
    for (clock.now = 1; clock.now <= 100; clock.now++) await cache.resolve("a", { fresh: true });
    expect(asked).toHaveLength(1 + 3 + 10);
    clock.now = 1_000;
    for (let i = 0; i < 20; i++) await cache.resolve("a", { fresh: true });
    expect(asked).toHaveLength(1 + 3 + 10 + 3);
  });

  test("waits for nobody's look-up for ever", async () => {
    let asked = 0;
    const never = new Promise<unknown>(() => undefined);
    const cache = new DidCache(() => (++asked === 1 ? never : Promise.resolve({ v: asked })), LIMITS);
    void cache.resolve("a");
    expect(await cache.resolve("a")).toEqual({ v: 2 });
    expect(await cache.resolve("a")).toEqual({ v: 2 });
    expect(asked).toBe(2);
  });

  test("forgets when told", async () => {
    const { directory, cache } = setup();
    directory.set("a", { v: 1 });
    await cache.resolve("a");
    directory.set("a", { v: 2 });
    cache.forget("a");
    expect(await cache.resolve("a")).toEqual({ v: 2 });
  });

  test("nobody is remembered for a shorter time, a failure for a moment", async () => {
    const { directory, asked, clock, cache } = setup();
    expect(await cache.resolve("a")).toBeUndefined();
    clock.now = 99;
    expect(await cache.resolve("a")).toBeUndefined();
    expect(asked).toHaveLength(1);
    directory.set("a", new Error("down"));
    clock.now = 100;
    await expect(cache.resolve("a")).rejects.toThrow("down");
    directory.set("a", { v: 1 });
    clock.now = 104;
    await expect(cache.resolve("a")).rejects.toThrow("down");
    expect(asked).toHaveLength(2);
    clock.now = 105;
    expect(await cache.resolve("a")).toEqual({ v: 1 });
  });

  test("look-ups at the same time are one", async () => {
    const { directory, asked, cache } = setup();
    directory.set("a", { v: 1 });
    const answers = await Promise.all([cache.resolve("a"), cache.resolve("a"), cache.resolve("a")]);
    expect(answers).toEqual([{ v: 1 }, { v: 1 }, { v: 1 }]);
    expect(asked).toEqual(["a"]);
  });

  test("a fresh look-up shares none that began before it, and those that are fresh at the same time are one", async () => {
    const { waiting, answer, cache } = slow();
    const first = cache.resolve("a");
    const fresh = [cache.resolve("a", { fresh: true }), cache.resolve("a", { fresh: true })];
    answer(0, { v: 1 });
    expect(await first).toEqual({ v: 1 });
    await until(() => waiting.length === 2);
    answer(1, { v: 2 });
    expect(await Promise.all(fresh)).toEqual([{ v: 2 }, { v: 2 }]);
    expect(await cache.resolve("a")).toEqual({ v: 2 });
  });

  test("remembers what was asked last, whichever answer comes first", async () => {
    const { waiting, answer, cache } = slow({ sharedMs: 1 });
    const first = cache.resolve("a");
    const fresh = cache.resolve("a", { fresh: true });
    await until(() => waiting.length === 2);
    answer(1, { v: 2 });
    expect(await fresh).toEqual({ v: 2 });
    answer(0, { v: 1 });
    expect(await first).toEqual({ v: 1 });
    expect(await cache.resolve("a")).toEqual({ v: 2 });
  });

  test("does not remember the answer to what was asked before it was told to forget", async () => {
    const { answer, cache } = slow();
    const first = cache.resolve("a");
    cache.forget("a");
    const second = cache.resolve("a");
    answer(0, { v: 1 });
    answer(1, { v: 2 });
    expect(await Promise.all([first, second])).toEqual([{ v: 1 }, { v: 2 }]);
    expect(await cache.resolve("a")).toEqual({ v: 2 });
  });

  test("is bounded in entries and in size", async () => {
    const { directory, asked, cache } = setup();
    for (const did of ["a", "b", "c", "d"]) directory.set(did, { did });
    for (const did of ["a", "b", "c", "d"]) await cache.resolve(did);
    expect(cache.size).toBe(3);
    await cache.resolve("d");
    expect(asked).toHaveLength(4);
    await cache.resolve("a");
    expect(asked).toHaveLength(5);
    directory.set("large", { text: "x".repeat(980) });
    await cache.resolve("large");
    expect(cache.size).toBe(1);
  });

  test("look-ups that never end do not pile up", async () => {
    const cache = new DidCache(() => new Promise(() => {}), { maxEntries: 3 });
    for (const did of ["a", "b", "c", "d", "e"]) void cache.resolve(did);
    expect(cache.asking).toBe(3);
  });
});
