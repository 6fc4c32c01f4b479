import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../scripts/browser.mjs";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  // Installing one takes its time where there is none yet.
  const found = findChromium();
  if (!found.ok) throw new Error(found.message);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../packages/envelope/test/self-check.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    globalName: "envelope",
    platform: "browser",
    write: false,
  });
  const [script] = outputFiles;
  server = createServer((request, response) => {
    if (request.url === "/check.js") response.setHeader("content-type", "text/javascript; charset=utf-8").end(script?.text);
    else response.setHeader("content-type", "text/html; charset=utf-8").end('<!doctype html><html lang="en"><meta charset="utf-8"><title>Envelope</title><script src="/check.js"></script>');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}, 300_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
});

test("a page seals and opens, and reads the vectors of docs/envelope.md", async () => {
  const page = await browser.newPage();
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://localhost:${port}/`);
  expect(await page.evaluate("envelope.selfCheck()")).toBe("sealed and opened");
});
