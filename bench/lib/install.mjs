import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const BENCH = join(import.meta.dirname, "..");

/** How long somebody else's installation is waited for, and how often it is looked at, in ms. */
const PATIENCE = 600_000;
const LOOK_EVERY = 500;

// npm writes this file last, so a folder without it is half an install.
const installed = () => existsSync(join(BENCH, "node_modules/.package-lock.json"));

/** The lock is SQLite's own, so the kernel gives it back however its holder ends. @returns Gives it back; undefined while another has it. */
const tryLock = () => {
  const lock = new DatabaseSync(join(BENCH, "install.lock"), { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return () => lock.close();
  } catch (error) {
    lock.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    return undefined;
  }
};

const install = async () => {
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], { cwd: BENCH, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(npm, "exit");
  if (code !== 0) throw new Error(`npm could not install bench/package-lock.json (${code})`);
};

/**
 * Installs the official PDS the first time (440 MB, pinned by bench/package-lock.json); whoever asks meanwhile, in this
 * process or another, waits for it. No install scripts: its SQLite brings its binaries inside the package.
 * @param {(line: string) => void} log
 */
export const installOfficial = async (log) => {
  const deadline = performance.now() + PATIENCE;
  while (!installed()) {
    const unlock = tryLock();
    if (unlock === undefined) {
      if (performance.now() > deadline) throw new Error("another process has been installing bench/node_modules for ten minutes");
      await sleep(LOOK_EVERY);
      continue;
    }
    try {
      if (installed()) return;
      log("installing the official PDS into bench/node_modules (440 MB, once)");
      await install();
    } finally {
      unlock();
    }
  }
};
