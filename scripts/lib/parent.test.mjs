import { expect, test } from "vitest";
import { colonyCommand, freshFolder, launch, until } from "../testing/launch.mjs";
import { anyFreePort, accepts } from "./ports.mjs";
import { workerdsOf } from "./workerd.mjs";

/** Stands for npm: runs a line in a shell and waits, and dies of a signal without passing it on. */
const FAKE_NPM = 'require("child_process").spawn("sh", ["-c", process.argv[1]], { stdio: "inherit" })';

/** @param {Record<string, string>} env @param {string} after What the shell does when the colony has ended. */
const underNpm = async (env, after) => {
  const folder = freshFolder();
  const port = await anyFreePort();
  const line = `${colonyCommand("--port", String(port), "--data", folder).join(" ")}${after}`;
  const npm = launch([process.execPath, "-e", FAKE_NPM, line], env);
  await npm.ready();
  expect(npm.said.out).toContain("Colony ready");
  npm.kill("SIGTERM");
  await npm.exit;
  return { folder, port, npm };
};

test.each([
  ["a shell in between", "; true"],
  ["a shell that has become us", ""],
])("npm's death ends what it ran: %s", async (_, after) => {
  const { folder, port } = await underNpm({ npm_lifecycle_event: "colony" }, after);
  await until(async () => !(await accepts("127.0.0.1", port)), "the end of workerd");
  await until(() => workerdsOf(folder).length === 0, "nothing is left of it");
});

test("outside npm a colony outlives who started it", async () => {
  const { folder, port, npm } = await underNpm({}, "; true");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await accepts("127.0.0.1", port)).toBe(true);
  npm.killGroup("SIGTERM");
  await until(() => workerdsOf(folder).length === 0, "the end of workerd");
});
