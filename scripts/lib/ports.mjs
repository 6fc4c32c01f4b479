import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "./refusal.mjs";

/** @param {number} port @param {string} flag */
export const busyPort = (port, flag) => new Refusal(`Port ${port} is busy. Choose another with --${flag} N.`);

/** Whether a URL leads to this machine itself. @param {string} url */
export const isLoopbackUrl = (url) => /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(new URL(url).hostname);

/**
 * Where something that listens here is reached from here. `localhost` need not lead to other loopback addresses.
 * @param {string} host Loopback address.
 * @param {number} port
 */
export const localUrl = (host, port) => `http://${host === "127.0.0.1" ? "localhost" : host.includes(":") ? `[${host}]` : host}:${port}`;

/**
 * @param {string} host
 * @param {number} port
 * @param {string} flag The option that would change it, without dashes.
 * @param {number} [patience] How long to wait for it, in ms.
 * @throws Refusal when the port cannot be had.
 */
export const requireFreePort = async (host, port, flag, patience = 0) => {
  const deadline = performance.now() + patience;
  for (;;) {
    const fault = await tryPort(host, port);
    if (fault === undefined) return;
    if (fault.code === "EACCES") throw new Refusal(`Port ${port} is not allowed for this user. Choose another with --${flag} N.`);
    if (fault.code !== "EADDRINUSE") throw fault;
    if (performance.now() > deadline) throw busyPort(port, flag);
    await sleep(50);
  }
};

/**
 * @param {string} host @param {number} port
 * @returns {Promise<NodeJS.ErrnoException | undefined>} What was in the way.
 */
const tryPort = (host, port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

/**
 * Whether something accepts connections there. Asks the kernel, not the application: a busy server still accepts.
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export const accepts = (host, port) =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (/** @type {boolean} */ open) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });

/**
 * Holds a connection, and resolves once there is none any more: the other side has ended it, or none was to be had, or `signal` aborts.
 * @param {string} host
 * @param {number} port
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export const untilDisconnected = (host, port, signal) =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = () => socket.destroy();
    signal.addEventListener("abort", end);
    socket.once("close", () => {
      signal.removeEventListener("abort", end);
      resolve();
    });
    socket.on("error", end);
    // Its end is only seen by whoever reads.
    socket.once("end", end).resume();
    if (signal.aborted) end();
  });

/** What Linux gives to whoever asks for any port: two numbers, the first and the last. */
const GIVEN_OUT = "/proc/sys/net/ipv4/ip_local_port_range";

/** Where systems begin to give out ports, at the lowest, unless they say otherwise: Linux. */
const FIRST_BY_DEFAULT = 32_768;

/** Where this system begins to give out ports. */
export const firstGivenOut = () => (existsSync(GIVEN_OUT) ? Number.parseInt(readFileSync(GIVEN_OUT, "utf8"), 10) : FIRST_BY_DEFAULT);

/** Thousands above what browsers refuse to speak to (10,080 is the last of those). */
const FIRST_THOUSAND = 12;

/**
 * Where ports for tests come from: below those that the system gives to whoever asks for any. Out of those, another process would sooner
 * or later be given the port of a server that is down for a moment, which could then not come back. Every second thousand: the
 * one after is for the relay views of the colonies in the one before.
 * @param {number} firstGiven
 * @returns {number[]} Thousands, the lowest first.
 */
export const testThousands = (firstGiven) => {
  const upTo = (/** @type {number} */ end) => Array.from({ length: 50 }, (_, i) => FIRST_THOUSAND + 2 * i).filter((thousand) => (thousand + 2) * 1000 <= end);
  const thousands = upTo(firstGiven);
  // A system that gives out all of them leaves no better ones.
  return thousands.length > 0 ? thousands : upTo(FIRST_BY_DEFAULT);
};

/** Tries at finding one; that many busy ones in a row is no accident. */
const MOST_TRIES = 100;

/** What this process was given already: not in use yet, maybe. @type {Set<number>} */
const given = new Set();

/**
 * A port that is free now, as is the one of a relay view beside it, and that nobody gets who does not ask for it by number; for tests.
 * @returns {Promise<number>}
 */
export const anyFreePort = async () => {
  const thousands = testThousands(firstGivenOut());
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = (thousands[randomInt(thousands.length)] ?? FIRST_THOUSAND) * 1000 + randomInt(1000);
    if (given.has(port)) continue;
    given.add(port);
    if ((await tryPort("127.0.0.1", port)) === undefined && (await tryPort("127.0.0.1", port + 1000)) === undefined) return port;
  }
  throw new Error(`${MOST_TRIES} ports in a row are busy`);
};
