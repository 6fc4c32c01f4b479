import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ROOT } from "../scripts/lib/paths.mjs";
import { provision } from "./test/people.ts";
import { examplesOf } from "./test/readme.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

let folder: string | undefined;
let running: ChildProcess | undefined;
afterEach(async () => {
  const child = running;
  if (child?.exitCode === null) {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

test.each([0, 1])("example %i of \"Follow the network\" runs as it stands and tells of a message", async (i) => {
  const code = examplesOf("Follow the network")[i];
  if (code === undefined) throw new Error("the README has no such example");
  // Below e2e, where @rookery/sdk is found as it is in the project's own folder.
  folder = mkdtempSync(join(ROOT, "e2e/.readme-"));
  writeFileSync(join(folder, "follow.ts"), code);
  const child = spawn(process.execPath, ["follow.ts"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  running = child;
  let said = "";
  for (const out of [child.stdout, child.stderr]) out?.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const sender = await provision(`reader${i}`);
  const { json } = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: sender.handle, password: sender.password } });
  const record = { $type: "agent.comms.message", to: [sender.did], content: [{ $type: "agent.comms.defs#text", text: "hello" }], createdAt: new Date().toISOString() };
  const sent = await ask<{ uri: string }>("com.atproto.repo.createRecord", { token: json.accessJwt, body: { repo: sender.did, collection: record.$type, record } });
  expect(sent.status).toBe(200);
  await until(() => said.includes(`create ${sent.json.uri} agent.comms.message`) || child.exitCode !== null, `the example tells of ${sent.json.uri}: ${said}`).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${said.slice(-2000)}`);
  });
  expect(child.exitCode, said).toBe(null);
  if (i === 0) await until(() => existsSync(join(folder ?? "", "follow.cursor")), "the cursor was saved");
});
