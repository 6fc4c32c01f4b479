import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { provision } from "./test/people.ts";
import { examplesOf, runExample } from "./test/readme.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

test.each([0, 1])("example %i of \"Follow the network\" runs as it stands and tells of a message", async (i) => {
  const code = examplesOf("Follow the network")[i];
  if (code === undefined) throw new Error("the README has no such example");
  const { child, folder, said, hasEnded } = runExample(code);
  const sender = await provision(`reader${i}`);
  const { json } = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: sender.handle, password: sender.password } });
  const record = { $type: "agent.comms.message", to: [sender.did], content: [{ $type: "agent.comms.defs#text", text: "hello" }], createdAt: new Date().toISOString() };
  const sent = await ask<{ uri: string }>("com.atproto.repo.createRecord", { token: json.accessJwt, body: { repo: sender.did, collection: record.$type, record } });
  expect(sent.status).toBe(200);
  await until(() => said().includes(`create ${sent.json.uri} agent.comms.message`) || hasEnded(), `the example tells of ${sent.json.uri}: ${said()}`).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${said().slice(-2000)}`);
  });
  expect(child.exitCode, said()).toBe(null);
  if (i === 0) await until(() => existsSync(join(folder, "follow.cursor")), "the cursor was saved");
});
