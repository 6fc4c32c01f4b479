import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { chromium } from "playwright-core";
import { beforeAll, expect, inject, test } from "vitest";
import { findChromium } from "../scripts/browser.mjs";
import type { FollowOnce } from "./test/follow-once.ts";
import { NOTES, signUp } from "./test/people.ts";

const EXPECTED = ['create here: "wherever you are"', 'create here: "wherever you are"'];

let wish: FollowOnce;

beforeAll(async () => {
  const { agent, did } = await signUp("anywhere");
  await agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, rkey: "here", record: { text: "wherever you are" } });
  wish = { url: inject("origin"), plcUrl: inject("plcUrl"), did };
});

const bundle = async (file: string, how: { format: "iife" | "esm"; globalName?: string }): Promise<string> => {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL(`test/${file}`, import.meta.url))], bundle: true, platform: "browser", write: false, ...how });
  return outputFiles[0]?.text ?? "";
};

test("a page follows", { timeout: 300_000 }, async () => {
  // Installing one takes its time where there is none yet.
  const found = findChromium();
  if (!found.ok) throw new Error(found.message);
  const script = await bundle("follow-once.ts", { format: "iife", globalName: "follower" });
  const server = createServer((request, response) => {
    if (request.url === "/follow.js") response.setHeader("content-type", "text/javascript; charset=utf-8").end(script);
    else response.setHeader("content-type", "text/html; charset=utf-8").end('<!doctype html><html lang="en"><meta charset="utf-8"><title>Follow</title><script src="/follow.js"></script>');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    expect(await page.evaluate(`follower.followOnce(${JSON.stringify(wish)})`)).toEqual(EXPECTED);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
});

test("a Worker follows", async () => {
  const modules = [{ type: "ESModule" as const, path: "worker.js", contents: await bundle("follow-worker.ts", { format: "esm" }) }];
  const worker = new Miniflare(convertV4MiniflareOptions({ cf: false, telemetry: { enabled: false }, workers: [{ name: "follower", compatibilityDate: "2026-11-01", modules, modulesRoot: "/" }] }));
  try {
    const answer = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(wish) });
    expect(await answer.json()).toEqual(EXPECTED);
  } finally {
    await worker.dispose();
  }
});
