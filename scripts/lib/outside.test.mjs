import { createServer } from "node:http";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outside } from "./outside.mjs";

/** Asks whatever it is told to, by the way under test. */
const SCRIPT = `export default { async fetch(request, env) {
  try {
    const answer = await env.OUTSIDE.fetch(new URL(request.url).searchParams.get("url"));
    return new Response("answered " + await answer.text());
  } catch {
    return new Response("refused");
  }
} }`;

/** @param {boolean} isLoopback @param {string[]} urls @returns {Promise<string[]>} */
const ask = async (isLoopback, urls) => {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      // What workerd says of connections that it refused.
      handleStructuredLogs: () => undefined,
      workers: [{ name: "asker", modules: true, compatibilityDate: "2026-11-01", script: SCRIPT, serviceBindings: { OUTSIDE: outside(isLoopback) } }],
    }),
  );
  try {
    const answers = [];
    for (const url of urls) answers.push(await (await miniflare.dispatchFetch(`http://asker/?url=${encodeURIComponent(url)}`)).text());
    return answers;
  } finally {
    await miniflare.dispose();
  }
};

describe("the way to strangers' addresses", () => {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("inside");
  });
  /** @type {string[]} */
  let urls = [];
  beforeAll(async () => {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    // By address, and by a name that leads there.
    urls = [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`];
  });
  afterAll(() => void server.close());

  test("ends at this machine for a colony that is published, whatever a name says", async () => {
    expect(await ask(false, urls)).toEqual(["refused", "refused"]);
    expect(asked).toEqual([]);
  });

  test("leads to neighbours for a colony of this machine's own", async () => {
    expect(await ask(true, urls)).toEqual(["answered inside", "answered inside"]);
  });
});
