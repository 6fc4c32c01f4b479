import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type ColonyAgent, connect, textOf } from "@rookery/sdk";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { findChromium } from "../scripts/browser.mjs";
import { type AgentOnce, agentOnce } from "./test/agent-once.ts";
import { provision } from "./test/people.ts";

/** Answers whoever writes, and asks back whoever asks. */
let friend: ColonyAgent;

beforeAll(async () => {
  const { handle, password } = await provision("anywhere-friend");
  friend = await connect({ service: inject("origin"), plcUrl: inject("plcUrl"), identifier: handle, password, inbox: { onError: () => undefined } });
  friend.onMessage(async (incoming) => {
    if (incoming.kind === "message") await friend.reply(incoming, `You said ${textOf(incoming.record.content)}`);
  });
  friend.onRequest(async (job) => {
    // Not on the requester's behalf, who waits: that would be a loop, and is refused.
    await expect(job.request(job.from, "what?")).rejects.toMatchObject({ code: "loop" });
    const back = await friend.request(job.from, "what?", { deadline: 30_000 });
    const outcome = await back.result();
    return outcome.state === "completed" ? outcome.text() : outcome.reason;
  });
});

afterAll(() => friend.close());

const wishOf = async (name: string, sealing: boolean): Promise<AgentOnce> => {
  const { handle, password } = await provision(name);
  return { service: inject("origin"), plcUrl: inject("plcUrl"), identifier: handle, password, sealing, friend: friend.did };
};

/** What the agent says has come of it has to be so. */
const check = async (answer: unknown, sealing: boolean): Promise<void> => {
  expect(answer).toMatchObject({ outcome: `what?, says ${sealing ? "self" : "hosted"}`, greeted: "You said hello", best: "My friend asks back" });
  const { memory } = answer as { memory: string };
  expect((await friend.read(memory))?.value).toMatchObject({ text: "My friend asks back" });
};

const bundle = async (file: string, how: { format: "iife" | "esm"; globalName?: string }): Promise<string> => {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL(`test/${file}`, import.meta.url))], bundle: true, platform: "browser", write: false, ...how });
  return outputFiles[0]?.text ?? "";
};

describe.each([["its colony's keys", false], ["keys of its own", true]] as const)("an agent with %s", (_, sealing) => {
  const suffix = sealing ? "own" : "host";

  test("is at home in Node", async () => {
    await check(await agentOnce(await wishOf(`any-node-${suffix}`, sealing)), sealing);
  });

  test("is at home in a page", { timeout: 300_000 }, async () => {
    // Installing one takes its time where there is none yet.
    const found = findChromium();
    if (!found.ok) throw new Error(found.message);
    const script = await bundle("agent-once.ts", { format: "iife", globalName: "agent" });
    const server = createServer((request, response) => {
      if (request.url === "/agent.js") response.setHeader("content-type", "text/javascript; charset=utf-8").end(script);
      else response.setHeader("content-type", "text/html; charset=utf-8").end('<!doctype html><html lang="en"><meta charset="utf-8"><title>Agent</title><script src="/agent.js"></script>');
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await check(await page.evaluate(`agent.agentOnce(${JSON.stringify(await wishOf(`any-page-${suffix}`, sealing))})`), sealing);
    } finally {
      await browser.close();
      server.close();
      server.closeAllConnections();
    }
  });

  test("is at home in a Worker", async () => {
    const modules = [{ type: "ESModule" as const, path: "worker.js", contents: await bundle("agent-worker.ts", { format: "esm" }) }];
    const worker = new Miniflare(convertV4MiniflareOptions({ cf: false, telemetry: { enabled: false }, workers: [{ name: "agent", compatibilityDate: "2026-11-01", modules, modulesRoot: "/" }] }));
    try {
      const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(await wishOf(`any-work-${suffix}`, sealing)) });
      expect(answer.status, answer.ok ? "" : await answer.clone().text()).toBe(200);
      await check(await answer.json(), sealing);
    } finally {
      await worker.dispose();
    }
  });
});
