import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";
import { ROOT } from "../lib/paths.mjs";

/** A Worker of a few lines in the place of ours: what is tested is the launcher. */
const FIXTURE_WORKER = join(ROOT, "scripts/fixtures/worker");

/** @type {string[]} */
const folders = [];

/** A state folder of its own, gone when the test file is through. */
export const freshFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "rookery-test-"));
  folders.push(folder);
  return folder;
};

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Longest wait for anything, in ms. */
const PATIENCE = 30_000;

/**
 * @param {() => unknown} condition @param {string} what
 */
export const until = async (condition, what) => {
  const deadline = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(25);
  }
};

/** Tests must not find an npm around themselves that they did not start. @param {Record<string, string>} env */
const environment = (env) => {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_") && !name.startsWith("ROOKERY_") && name !== "NODE_OPTIONS"));
  return { ...own, ROOKERY_PROJECT: FIXTURE_WORKER, ...env };
};

/** What a process said last comes with the end of its output, in ms: unless processes of its own that outlive it hold that open. */
const LAST_WORDS_WITHIN = 2000;

/**
 * A command of ours as a process of its own, and leader of a group.
 * @param {string[]} command
 * @param {Record<string, string>} [env]
 */
export const launch = (command, env = {}) => {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env: environment(env), detached: true, stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (said.out += chunk));
  child.stderr.on("data", (chunk) => (said.err += chunk));
  /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */
  const exit = new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      const tell = () => resolve({ code, signal });
      child.once("close", tell);
      setTimeout(tell, LAST_WORDS_WITHIN);
    });
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    exit,
    said,
    /** Until it says ready, or has ended. */
    ready: () => until(() => said.out.includes("ready at") || child.exitCode !== null || child.signalCode !== null, "ready"),
    /** @param {NodeJS.Signals} signal */
    kill: (signal) => child.kill(signal),
    /** What Ctrl-C does: everybody in the group gets the signal. @param {NodeJS.Signals} signal */
    killGroup: (signal) => process.kill(-pid, signal),
  };
};

/** @param {...string} args */
export const colonyCommand = (...args) => [process.execPath, join(ROOT, "scripts/colony.mjs"), ...args];
