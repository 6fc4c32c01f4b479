import { statSync } from "node:fs";
import { join } from "node:path";
import { connect, type Incoming, memoryKeyStore } from "@rookery/sdk";
import { expect, inject, test } from "vitest";
import { provision } from "./test/people.ts";
import { examplesOf, runExample } from "./test/readme.ts";
import { until } from "./test/until.ts";

test("the example of \"Seal what you send\" runs as it stands: erin gets it and answers, frank may read it", async () => {
  const [code = ""] = examplesOf("Seal what you send");
  const [dave, ...others] = [await provision("readme-dave"), await provision("readme-erin"), await provision("readme-frank")];
  const options = { service: inject("origin"), plcUrl: inject("plcUrl") };
  const [erin, frank] = await Promise.all(others.map(({ handle, password }) => connect({ ...options, identifier: handle, password, sealing: { store: memoryKeyStore() } })));
  if (erin === undefined || frank === undefined) throw new Error("two others");
  const got: Incoming[] = [];
  erin.onMessage(async (incoming) => {
    got.push(incoming);
    if (incoming.kind === "message") await erin.reply(incoming, "I can read it");
  });
  const granted = new Promise<string>((resolve) => frank.onGrant(({ uri }) => resolve(uri)));
  try {
    const name = dave.handle.replace(/\.test$/, "");
    const { folder, said, hasEnded } = runExample(code, [erin.handle, frank.handle], { NAME: name, PASSWORD: dave.password });
    const saying = (what: RegExp) => until(() => what.test(said()) || hasEnded(), "the example's words").catch(() => undefined);
    await saying(/sealed: I can read it\n[^]*shared \S+\n|shared \S+\n[^]*sealed: I can read it\n/);
    expect(said()).toContain("sealed: I can read it\n");
    expect(statSync(join(folder, `${name}.keys`)).mode & 0o777).toBe(0o600);
    const [message] = got;
    expect(message).toMatchObject({ kind: "message", sealed: true, author: dave.did, record: { content: [{ text: "Only for you" }] } });
    expect(said()).toContain(`sent ${message?.uri}\n`);
    expect(said()).toContain(`shared ${await granted}\n`);
    expect(await frank.read(message?.uri ?? "")).toMatchObject({ sealed: true, value: { content: [{ text: "Only for you" }] } });
  } finally {
    await Promise.all([erin, frank].map((agent) => agent.close()));
  }
});
