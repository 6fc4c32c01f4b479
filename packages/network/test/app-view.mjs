import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { serviceKey } from "./service-key.ts";

/** Services of its DID document: itself, and addresses that nobody should be taken to. */
const endpoints = (/** @type {string} */ own) => ({
  bsky_appview: own,
  atproto_labeler: own,
  bsky_notif: own,
  private: "https://10.0.0.1",
  metadata: "http://169.254.169.254",
  plain: "http://example.com",
  ftp: "ftp://example.com",
  name: "https://router.local",
  nobody: "http://127.0.0.1:9",
});

/** What it answers beside what was asked, by the last word of the method. @type {Record<string, (response: import("node:http").ServerResponse, own: string) => void>} */
const answers = {
  failing: (response) => response.writeHead(500, { "content-type": "application/json", "retry-after": "7" }).end(JSON.stringify({ error: "FooBar", message: "My message", secret: "inside" })),
  wordless: (response) => response.writeHead(404, { "content-type": "text/html" }).end("<h1>no</h1>"),
  busy: (response) => response.writeHead(429, { "content-type": "application/json", "retry-after": "12" }).end("{}"),
  redirecting: (response, own) => response.writeHead(302, { location: `${own}/xrpc/com.example.secret`, "set-cookie": "a=b" }).end(),
  secret: (response) => response.writeHead(200, { "content-type": "text/plain" }).end("inside"),
  huge: (response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    let sent = 0;
    const more = () => {
      while (!response.destroyed && sent < 24 * 1024 * 1024) {
        sent += 65_536;
        if (!response.write(Buffer.alloc(65_536))) return response.once("drain", more);
      }
      response.end();
    };
    more();
  },
  broken: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"foo"');
    setTimeout(() => response.destroy(), 20);
  },
  packed: (response) => response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip", "atproto-repo-rev": "3kznmn7xqxl22" }).end(gzipSync(JSON.stringify({ packed: true }))),
  odd: (response) => response.writeHead(999, { "content-type": "application/json" }).end(JSON.stringify({ error: "Odd", message: "no such status" })),
  reset: (response) => response.writeHead(205).end(),
  unchanged: (response) => response.writeHead(304, { etag: "x" }).end(),
  miscoded: (response) => response.writeHead(400, { "content-type": "application/json", "content-encoding": "gzip" }).end("this is no gzip"),
  nothing: (response) => response.writeHead(204).end(),
};

/**
 * Another service for the tests of one run: an AppView, a labeler and a notification service at one address, with a did:web of
 * its own. It answers with what it was asked, and misbehaves when the method says so; what it is told to say, it says.
 * @returns {Promise<{ url: string, did: string }>}
 */
export const startAppView = async () => {
  const key = await serviceKey();
  const multibase = (await key.exportPublicKey("did")).slice("did:key:".length);
  /** Answers to come, by method. @type {Map<string, { status: number, headers: Record<string, string>, body: string }>} */
  const told = new Map();
  let own = "";
  let did = "";
  const server = createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = [];
    request.on("data", (/** @type {Buffer} */ chunk) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const path = new URL(request.url ?? "/", own).pathname;
      const nsid = path.slice("/xrpc/".length);
      const json = (/** @type {unknown} */ value, headers = {}) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
      if (path === "/.well-known/did.json") {
        const service = Object.entries(endpoints(own)).map(([id, serviceEndpoint]) => ({ id: `#${id}`, type: "Service", serviceEndpoint }));
        const verificationMethod = ["atproto", "atproto_label"].map((id) => ({ id: `${did}#${id}`, type: "Multikey", controller: did, publicKeyMultibase: multibase }));
        return json({ id: did, verificationMethod, service });
      }
      if (path === "/tell") {
        const { method, ...answer } = JSON.parse(body.toString());
        told.set(method, answer);
        return json({});
      }
      const planned = told.get(nsid);
      if (planned !== undefined) return response.writeHead(planned.status, planned.headers).end(planned.body);
      const answer = answers[nsid.split(".").at(-1) ?? ""];
      if (answer !== undefined) return answer(response, own);
      return json(
        { method: request.method, url: request.url, headers: request.headers, size: body.length, text: body.toString("utf8").slice(0, 10_000) },
        { "atproto-repo-rev": "3kznmn7xqxl22", "atproto-content-labelers": "did:web:labels.example", "set-cookie": "a=b", "x-secret": "inside", "content-language": "en" },
      );
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  own = `http://127.0.0.1:${address.port}`;
  did = `did:web:127.0.0.1%3A${address.port}`;
  return { url: own, did };
};
