import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runSuite } from "./vitest-step.mjs";

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vitest-step-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A vitest that reports these failing files, run by run. @param {string[][]} runs @param {string} [reason] */
const fake = (runs, reason = "AssertionError: expected 1 to be 2\n at x") => {
  /** @type {string[][]} */
  const asked = [];
  /** @param {string[]} args */
  const vitest = async (args) => {
    asked.push(args.filter((arg) => arg.endsWith(".test.ts")));
    const failing = runs[asked.length - 1] ?? [];
    const path = String(args.find((arg) => arg.startsWith("--outputFile.json="))?.slice("--outputFile.json=".length));
    const testResults = failing.map((name) => ({
      name: join(folder, name),
      status: "failed",
      assertionResults: [
        { fullName: "does it", status: "failed", failureMessages: [reason] },
        { fullName: "and this", status: "passed" },
      ],
    }));
    writeFileSync(path, JSON.stringify({ testResults }));
    return failing.length === 0;
  };
  return { vitest, asked };
};

const failure = { file: "a.test.ts", test: "does it", reason: "AssertionError: expected 1 to be 2" };

it("runs once what passes", async () => {
  const { vitest, asked } = fake([[]]);
  expect(await runSuite(vitest, folder)).toEqual({ passed: true, failed: [], unsteady: [] });
  expect(asked).toEqual([[]]);
});

it("fails what passed only alone, and says so", async () => {
  const { vitest, asked } = fake([["a.test.ts"], []]);
  expect(await runSuite(vitest, folder)).toEqual({ passed: false, failed: [], unsteady: [failure] });
  expect(asked).toEqual([[], ["a.test.ts"]]);
});

it("fails what fails twice", async () => {
  const { vitest } = fake([["a.test.ts"], ["a.test.ts"]]);
  expect(await runSuite(vitest, folder)).toEqual({ passed: false, failed: [failure], unsteady: [] });
});

it("tells what an error says at its end, in one line, without the stack", async () => {
  const said = ["Error: The colony did not start:", "0.10s ready", ...Array.from({ length: 60 }, (_, i) => `fault:plckey.after-row ${i}`), "Port 1 is busy.", "    at start (colony.ts:1:1)"].join("\n");
  const { failed } = await runSuite(fake([["a.test.ts"], ["a.test.ts"]], said).vitest, folder);
  expect(failed[0]?.reason).toMatch(/^Error: The colony did not start: \| 0.10s ready \| fault.* … .*59 \| Port 1 is busy\.$/);
});

it("does not try again what fails everywhere", async () => {
  const { vitest, asked } = fake([["a.test.ts", "b.test.ts", "c.test.ts", "d.test.ts"]]);
  expect((await runSuite(vitest, folder)).passed).toBe(false);
  expect(asked).toHaveLength(1);
});

it("fails a run that broke, whatever a second one would do", async () => {
  let runs = 0;
  const outcome = await runSuite(async () => ++runs > 1, folder);
  expect(outcome).toEqual({ passed: false, failed: [{ file: ".", test: "(the run itself)", reason: expect.stringContaining("Unhandled") }], unsteady: [] });
  expect(runs).toBe(1);
});
