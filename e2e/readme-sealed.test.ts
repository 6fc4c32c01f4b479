import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { connect, type Incoming, memoryKeyStore } from "@rookery/sdk";
import { afterEach, expect, inject, test } from "vitest";
import { ROOT } from "../scripts/lib/paths.mjs";
import { provision } from "./test/people.ts";
import { examplesOf } from "./test/readme.ts";
import { until } from "./test/until.ts";

let folder: string | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

test("the example of \"Seal what you send\" runs as it stands: erin gets it, frank may read it", async () => {
  const [code = ""] = examplesOf("Seal what you send");
  const [dave, ...others] = [await provision("readme-dave"), await provision("readme-erin"), await provision("readme-frank")];
  const options = { service: inject("origin"), plcUrl: inject("plcUrl") };
  const [erin, frank] = await Promise.all(others.map(({ handle, password }) => connect({ ...options, identifier: handle, password, sealing: { store: memoryKeyStore() } })));
  if (erin === undefined || frank === undefined) throw new Error("two others");
  const got: Incoming[] = [];
  erin.onMessage((incoming) => void got.push(incoming));
  try {
    // Below e2e, where @rookery/sdk is found as it is in the project's own folder.
    folder = mkdtempSync(join(ROOT, "e2e/.readme-"));
    const names = [["dave.test", dave.handle], ["erin.test", erin.handle], ["frank.test", frank.handle]] as const;
    const named = names.reduce((text, [name, handle]) => text.replaceAll(name, handle), code);
    writeFileSync(join(folder, "sealed.ts"), `${named}\nconsole.log(grant.uri);\n`);
    // It ends by itself: nothing is read, so nothing is waited for.
    const { stdout } = await promisify(execFile)(process.execPath, ["sealed.ts"], { cwd: folder, env: { ...process.env, PASSWORD: dave.password }, timeout: 30_000 });
    expect(statSync(join(folder, "dave.keys")).mode & 0o777).toBe(0o600);
    await until(() => got.length > 0, "erin's message");
    const [message] = got;
    expect(message).toMatchObject({ kind: "message", sealed: true, author: dave.did, record: { content: [{ text: "Only for you" }] } });
    expect(await frank.read(message?.uri ?? "", { grant: stdout.trim() })).toMatchObject({ sealed: true, value: { content: [{ text: "Only for you" }] } });
  } finally {
    for (const agent of [erin, frank]) agent.close();
  }
});
