import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlcStore } from "../../../scripts/lib/plc-store.mjs";

process.env.LOG_ENABLED ??= "false";
const { PlcServer } = createRequire(new URL("../../../package.json", import.meta.url))("@did-plc/server");

/**
 * TXT records of handles, as a DNS resolver over HTTPS tells them: `SUFFIX.handles-of-dids.com` belongs to `did:plc:SUFFIX`, and every other
 * name to nobody.
 */
const answerDns = (request, response) => {
  const name = new URL(request.url, "http://resolver").searchParams.get("name") ?? "";
  const suffix = /^_atproto\.([a-z2-7]{24})\.handles-of-dids\.com$/.exec(name)?.[1];
  const answer = suffix === undefined ? [] : [{ name, type: 16, TTL: 60, data: `"did=did:plc:${suffix}"` }];
  response.writeHead(200, { "content-type": "application/dns-json" }).end(JSON.stringify({ Status: suffix === undefined ? 3 : 0, Answer: answer }));
};

/**
 * A real PLC directory on a free port for the tests of one run, and under `/dns-query` a resolver for the handles of its DIDs.
 * @returns {Promise<string>} its URL.
 */
export const startTestPlc = async () => {
  const store = new PlcStore(join(mkdtempSync(join(tmpdir(), "rookery-plc-")), "plc.sqlite"));
  const { app } = PlcServer.create({ db: store, version: "test" });
  const server = createServer((request, response) => (request.url?.startsWith("/dns-query") ? answerDns(request, response) : app(request, response)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
};
