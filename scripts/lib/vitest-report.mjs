import { readFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * A test that failed, as a reader of the summary wants it.
 * @typedef {{ file: string, test: string, reason: string }} Failure
 */

/** What of an error is told in one line. */
const LONGEST_REASON = 300;

/** @param {unknown} text */
const firstLine = (text) => String(text).split("\n", 1)[0]?.slice(0, LONGEST_REASON) ?? "";

/**
 * Reads what vitest's JSON reporter wrote.
 * @param {string} path @param {string} folder Files are named from there.
 * @returns {Failure[] | undefined} Undefined when there is no report, or none that can be read: the run itself broke.
 */
export const failuresIn = (path, folder) => {
  /** @type {{ testResults: { name: string, status: string, message?: string, assertionResults: { fullName: string, status: string, failureMessages?: string[] }[] }[] }} */
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(folder, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (failed.length > 0) return failed.map((test) => ({ file, test: test.fullName, reason: firstLine(test.failureMessages?.[0] ?? "") }));
    return status === "failed" ? [{ file, test: "(the file itself)", reason: firstLine(message ?? "") }] : [];
  });
};
