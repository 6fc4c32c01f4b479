import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/browser.mjs";

/** A page of an origin of its own, in a real browser. */
export interface OpenPage {
  browser: Browser;
  page: Page;
  close: () => Promise<void>;
}

/** How long a test's hook should allow for {@link openPage}, in ms: installing a browser takes its time where there is none yet. */
export const PAGE_TIMEOUT = 300_000;

const HTML = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Elsewhere</title><h1>A page of another origin</h1><pre id="log"></pre><script src="/script.js"></script></html>';

/** @param file relative to this folder. */
const bundle = async (file: string, how: { format: "iife" | "esm"; globalName?: string }): Promise<string> => {
  const { outputFiles } = await build({ entryPoints: [fileURLToPath(new URL(file, import.meta.url))], bundle: true, platform: "browser", write: false, ...how });
  return outputFiles[0]?.text ?? "";
};

/** Open a page, with the exports of a file under a global name of it. @param script its file, relative to this folder. @throws Error where there is no browser. */
export const openPage = async (script?: { file: string; globalName: string }): Promise<OpenPage> => {
  const found = findChromium();
  if (!found.ok) throw new Error(found.message);
  const text = script === undefined ? "" : await bundle(script.file, { format: "iife", globalName: script.globalName });
  const server = createServer((request, response) => {
    if (request.url === "/script.js") response.setHeader("content-type", "text/javascript; charset=utf-8").end(text);
    else response.setHeader("content-type", "text/html; charset=utf-8").end(HTML);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const close = async () => {
    await browser.close();
    server.close();
    server.closeAllConnections();
  };
  const page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  return { browser, page, close };
};

/** A Worker of its own; `dispose` ends it. @param file what it is made of, relative to this folder. */
export const startWorker = async (file: string): Promise<Miniflare> => {
  const modules = [{ type: "ESModule" as const, path: "worker.js", contents: await bundle(file, { format: "esm" }) }];
  return new Miniflare(convertV4MiniflareOptions({ cf: false, telemetry: { enabled: false }, workers: [{ name: "elsewhere", compatibilityDate: "2026-11-01", modules, modulesRoot: "/" }] }));
};
