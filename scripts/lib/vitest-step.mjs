import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failuresIn } from "./vitest-report.mjs";

/** @typedef {import("./vitest-report.mjs").Failure} Failure */

/**
 * What became of a suite. `unsteady` failed at first and passed alone: as much a failure, and told apart only so that whoever
 * mends it knows where to look.
 * @typedef {{ passed: boolean, failed: Failure[], unsteady: Failure[] }} SuiteOutcome
 */

/**
 * What is told when no test failed and the run did: a worker that was not ready in time, an error that nobody caught. vitest's own
 * report has no place for it.
 * @type {Failure}
 */
const BROKEN = { file: ".", test: "(the run itself)", reason: 'no test failed; look for "Unhandled" and "[vitest-pool]" in what vitest said above' };

/** More failing files than this are no accident, and are not tried again. */
const MOST_AGAIN = 3;

/**
 * Runs a folder's tests, and the files that failed once more by themselves.
 * @param {(args: string[]) => Promise<boolean>} vitest Runs it with these arguments in that folder; whether it ended well.
 * @param {string} folder
 * @returns {Promise<SuiteOutcome>}
 */
export const runSuite = async (vitest, folder) => {
  const out = mkdtempSync(join(tmpdir(), "rookery-tests-"));
  /** @param {string[]} files @param {string} name */
  const attempt = async (files, name) => {
    const path = join(out, name);
    const passed = await vitest(["run", ...files, "--reporter=default", "--reporter=json", `--outputFile.json=${path}`]);
    return { passed, failures: failuresIn(path, folder) };
  };
  try {
    const first = await attempt([], "first.json");
    const failed = first.failures ?? [];
    if (first.passed) return { passed: true, failed: [], unsteady: [] };
    const files = [...new Set(failed.map(({ file }) => file))];
    // Without a failing test the run itself broke, which a second one would hide.
    if (files.length === 0) return { passed: false, failed: [BROKEN], unsteady: [] };
    if (files.length > MOST_AGAIN) return { passed: false, failed, unsteady: [] };
    console.log(`\nonce more, alone: ${files.join(", ")}`);
    const again = await attempt(files, "again.json");
    if (again.passed) return { passed: false, failed: [], unsteady: failed };
    return { passed: false, failed: again.failures?.length ? again.failures : failed, unsteady: [] };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};
