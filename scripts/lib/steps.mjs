import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { dryRun } from "./bundle.mjs";
import { lockfileFaults } from "./lockfile.mjs";
import { ROOT } from "./paths.mjs";
import { reasonOf } from "./refusal.mjs";
import { runSuite } from "./vitest-step.mjs";

/** @typedef {import("./vitest-step.mjs").SuiteOutcome} SuiteOutcome */

/**
 * One step of `npm test`: answers whether it passed, tests with what failed; says itself what it found.
 * @typedef {{ name: string, run: () => Promise<boolean | SuiteOutcome> }} Step
 */

/** Past this a step counts as hung, in ms. The end-to-end tests take less than half of it on a slow machine. */
const LONGEST = 60 * 60_000;

/** Nothing here asks the internet. */
const ENV = { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_HIDE_BANNER: "true" };

const BIN = join(ROOT, "node_modules/.bin");

/**
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, held?: boolean }} [how] `held` keeps the output together until the end.
 * @returns {Promise<boolean>} Whether it ended with 0.
 */
const run = (command, args, { cwd = ROOT, held = false } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: ENV, stdio: ["ignore", held ? "pipe" : "inherit", held ? "pipe" : "inherit"], timeout: LONGEST });
    /** @type {Buffer[]} */
    const said = [];
    child.stdout?.on("data", (chunk) => said.push(chunk));
    child.stderr?.on("data", (chunk) => said.push(chunk));
    child.once("error", (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(false);
    });
    child.once("close", (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code === 0);
    });
  });

/** @param {...string} args */
const node = (...args) => run(process.execPath, args);

/** @param {string} folder */
const suite = (folder) => runSuite((args) => run(join(BIN, "vitest"), args, { cwd: folder }), folder);

/** Folders with something to check, as paths from the root. */
const rooms = () => [...readdirSync(join(ROOT, "packages")).toSorted().map((name) => `packages/${name}`), "e2e", "bench", "scripts"];

/** @param {string} folder @returns {boolean} */
const hasTests = (folder) =>
  readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (entry.isDirectory()) return !["node_modules", "fixtures"].includes(entry.name) && hasTests(join(folder, entry.name));
    return /\.test\.(ts|tsx|mjs)$/.test(entry.name);
  });

/** Every package by its own tsconfig, two at a time. */
const types = async () => {
  const waiting = rooms().filter((room) => existsSync(join(ROOT, room, "tsconfig.json")));
  const missing = rooms().filter((room) => room.startsWith("packages/") && !waiting.includes(room));
  for (const room of missing) console.error(`${room} has no tsconfig.json`);
  let good = missing.length === 0;
  const work = async () => {
    for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
      const passed = await run(join(BIN, "tsc"), ["-p", room], { held: true });
      console.log(`${passed ? "ok  " : "FAIL"} ${room}`);
      good &&= passed;
    }
  };
  await Promise.all([work(), work()]);
  return good;
};

const lockfile = async () => {
  const faults = lockfileFaults(readFileSync(join(ROOT, "pnpm-lock.yaml"), "utf8"));
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log("names and hashes only");
  return faults.length === 0;
};

/** Whether Cloudflare would take the Worker, and how large it is. */
const deploy = async () => {
  const out = mkdtempSync(join(tmpdir(), "rookery-deploy-"));
  try {
    await dryRun(ROOT, out);
    const worker = readFileSync(join(out, "index.js"));
    console.log(`the Worker's bundle: ${(worker.length / 1024).toFixed(0)} KiB, ${(gzipSync(worker).length / 1024).toFixed(0)} KiB gzipped`);
    return true;
  } catch (error) {
    console.error(reasonOf(error));
    return false;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

/** @returns {Step[]} In the order in which they run: what is quick and tells most comes first. */
export const allSteps = () => [
  { name: "lint", run: () => run(join(BIN, "oxlint"), ["--type-aware", "--deny-warnings"]) },
  { name: "types", run: types },
  { name: "layers", run: () => node("scripts/check-layers.mjs") },
  { name: "lockfile", run: lockfile },
  { name: "generated", run: () => node("scripts/lexicons.mjs", "--check") },
  { name: "lexicon changes", run: () => node("scripts/lexicon-changes.mjs") },
  { name: "deploy", run: deploy },
  ...["scripts", ...rooms().filter((room) => room !== "scripts")]
    .filter((room) => existsSync(join(ROOT, room)) && hasTests(join(ROOT, room)))
    // The scripts' tests are configured at the root.
    .map((room) => ({ name: `tests of ${room}`, run: () => suite(room === "scripts" ? ROOT : join(ROOT, room)) })),
];
