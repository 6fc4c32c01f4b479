import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, inject } from "vitest";
import { ROOT } from "../../scripts/lib/paths.mjs";

/** The README's examples of a section, with this run's addresses in place of those of `npm start`. */
export const examplesOf = (section: string): string[] => {
  const [, text = ""] = readFileSync(join(ROOT, "README.md"), "utf8").split(`\n## ${section}\n`);
  const [body = ""] = text.split("\n## ");
  return examplesIn(body).map((code) => code.replaceAll("http://localhost:3000", inject("origin")).replaceAll("http://localhost:2582", inject("plcUrl")));
};

/** The TypeScript in a page of Markdown, as it stands there. */
export const examplesIn = (markdown: string): string[] => Array.from(markdown.matchAll(/```ts\n([\s\S]*?)```/g), ([, code = ""]) => code);

/** An example that runs in a process of its own. */
export interface RunningExample {
  /** Where it runs, and what it writes there. */
  folder: string;
  child: ChildProcess;
  /** Everything it has said so far, on either stream. */
  said: () => string;
  /** Whether it has ended, and all that it said is there. */
  hasEnded: () => boolean;
}

/**
 * Run an example as a reader would, with Node in a folder of its own; it ends with the test.
 * @param args its words. @param env added to the environment.
 */
export const runExample = (code: string, args: string[] = [], env: Record<string, string> = {}): RunningExample => {
  // Below e2e, where @rookery/sdk is found as it is in the project's own folder.
  const folder = mkdtempSync(join(ROOT, "e2e/.readme-"));
  writeFileSync(join(folder, "example.ts"), code);
  const child = spawn(process.execPath, ["example.ts", ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let ended = false;
  child.once("close", () => (ended = true));
  for (const out of [child.stdout, child.stderr]) out.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const example = { folder, child, said: () => said, hasEnded: () => ended };
  running.add(example);
  return example;
};

const running = new Set<RunningExample>();

afterEach(async () => {
  for (const { child, folder } of running) {
    if (child.exitCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    }
    rmSync(folder, { recursive: true, maxRetries: 5 });
  }
  running.clear();
});
