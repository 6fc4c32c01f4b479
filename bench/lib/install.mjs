import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const BENCH = join(import.meta.dirname, "..");

/**
 * Installs the official PDS the first time (440 MB, pinned by bench/package-lock.json). No install scripts: its SQLite
 * brings its binaries inside the package.
 * @param {(line: string) => void} log
 */
export const installOfficial = (log) => {
  // npm writes this file last, so a folder without it is half an install.
  if (existsSync(join(BENCH, "node_modules/.package-lock.json"))) return;
  log("installing the official PDS into bench/node_modules (440 MB, once)");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], { cwd: BENCH, stdio: ["ignore", "ignore", "inherit"] });
};
