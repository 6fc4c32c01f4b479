import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { describeProcess, killNow } from "./processes.mjs";

it("ends a process, and takes one that has ended by itself for what it is", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  expect(describeProcess(pid)).toBeDefined();
  expect(killNow(pid)).toBe(true);
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
  expect(killNow(pid)).toBe(false);
  // Somebody else's, or everybody's, it is not.
  expect(() => killNow(Number.NaN)).toThrow();
});
