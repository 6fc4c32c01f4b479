import { expect, test } from "vitest";
import { keepAlive } from "./watchdog.mjs";

/**
 * Runs a watch over a list of looks and ends it with the last one.
 * @param {boolean[]} looks @param {(attempt: number) => void} [onRevive]
 */
const watchOver = async (looks, onRevive = () => undefined) => {
  const end = new AbortController();
  /** @type {string[]} */
  const log = [];
  let revivals = 0;
  await keepAlive({
    alive: async () => {
      const look = looks.shift() ?? true;
      if (looks.length === 0) end.abort();
      return look;
    },
    revive: async () => onRevive(++revivals),
    log: (line) => log.push(line),
    signal: end.signal,
    everyMs: 0,
    misses: 3,
  });
  return { revivals, log };
};

test("misses in a row bring a revival, and single ones do not", async () => {
  expect(await watchOver([true, false, false, true, false, false, true, true])).toEqual({ revivals: 0, log: [] });
  expect((await watchOver([true, false, false, false, true, true])).log).toEqual(["workerd is gone, starting it anew", "workerd is back"]);
});

test("a revival that fails is tried again", async () => {
  const { revivals, log } = await watchOver([false, false, false, false, false, false, true, true], (attempt) => {
    if (attempt === 1) throw new Error("no luck");
  });
  expect(revivals).toBe(2);
  expect(log).toContain("workerd did not start: no luck");
});

test("a watch that has ended revives nothing", async () => {
  expect((await watchOver([false, false, false])).revivals).toBe(0);
});
