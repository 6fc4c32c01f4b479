import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { until } from "../testing/launch.mjs";
import { untilDisconnected } from "./ports.mjs";
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
    broken: async () => undefined,
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

test("nothing is looked at while the connection holds", async () => {
  const end = new AbortController();
  const { promise, resolve } = Promise.withResolvers();
  let looks = 0;
  const watch = keepAlive({
    alive: async () => {
      looks++;
      end.abort();
      return true;
    },
    broken: async () => promise,
    revive: async () => undefined,
    log: () => undefined,
    signal: end.signal,
    everyMs: 0,
  });
  await sleep(50);
  expect(looks).toBe(0);
  resolve(undefined);
  await watch;
  expect(looks).toBe(1);
});

test("a connection is held until its other side ends it, or nobody wants it any more", async () => {
  /** @type {import("node:net").Socket[]} */
  const sockets = [];
  const server = createServer((socket) => void sockets.push(socket));
  const port = await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(/** @type {import("node:net").AddressInfo} */ (server.address()).port)));
  const never = new AbortController().signal;
  let over = false;
  const held = untilDisconnected("127.0.0.1", port, never).then(() => (over = true));
  await until(() => sockets.length === 1, "a connection");
  expect(over).toBe(false);
  sockets[0]?.end();
  await held;
  const end = new AbortController();
  const unwanted = untilDisconnected("127.0.0.1", port, end.signal);
  await until(() => sockets.length === 2, "another connection");
  end.abort();
  await unwanted;
  server.close();
  await untilDisconnected("127.0.0.1", port, never);
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
