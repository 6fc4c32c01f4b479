import { readFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * A test that failed, as a reader of the summary wants it.
 * @typedef {{ file: string, test: string, reason: string }} Failure
 */

/** What of an error is told, in characters. Its end, too: what a server said last before it ended is there. */
const LONGEST = { start: 200, end: 400 };

/** An error's message without its stack. @param {unknown} text */
const inOneLine = (text) => {
  const lines = String(text).split("\n").map((line) => line.trim());
  const stack = lines.findIndex((line) => line.startsWith("at "));
  const line = lines.slice(0, stack < 0 ? undefined : stack).filter((part) => part !== "").join(" | ");
  return line.length <= LONGEST.start + LONGEST.end ? line : `${line.slice(0, LONGEST.start)} … ${line.slice(-LONGEST.end)}`;
};

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
    if (failed.length > 0) return failed.map((test) => ({ file, test: test.fullName, reason: inOneLine(test.failureMessages?.[0] ?? "") }));
    return status === "failed" ? [{ file, test: "(the file itself)", reason: inOneLine(message ?? "") }] : [];
  });
};
