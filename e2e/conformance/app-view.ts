import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A service behind both servers that says what it was asked, so that what they pass on can be compared. */
export interface AppView {
  origin: string;
  stop(): Promise<void>;
}

/** Headers that a PDS decides about; the rest is between two connections. */
const TOLD = ["accept-language", "atproto-accept-labelers", "content-encoding", "content-type", "cookie", "x-atproto-test", "x-bsky-topics", "x-other"];

const claimsOf = (authorization: string | undefined): unknown => {
  const [, payload] = (authorization ?? "").replace(/^Bearer /, "").split(".");
  if (payload === undefined) return "none";
  const { aud, lxm, iss, iat, exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  return { aud, lxm, iss, lasts: Number(exp) - Number(iat) };
};

/** Methods whose names tell how they end. */
const ENDS: Record<string, [status: number, body: string, type?: string]> = {
  "app.bsky.test.refuse": [400, '{"error":"NotToday","message":"come back tomorrow"}'],
  "app.bsky.test.fail": [500, '{"error":"InternalServerError","message":"it broke"}'],
  "app.bsky.test.absent": [404, "<html>not here</html>", "text/html"],
  "app.bsky.test.nothing": [200, ""],
  "app.bsky.test.text": [200, "plain words", "text/plain; charset=utf-8"],
  "com.atproto.moderation.createReport": [200, '{"id":1,"reasonType":"com.atproto.moderation.defs#reasonSpam","subject":{"$type":"com.atproto.admin.defs#repoRef","did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"},"reportedBy":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","createdAt":"2026-11-21T09:00:00.000Z"}'],
  "app.bsky.test.limited": [429, '{"error":"RateLimitExceeded","message":"slower"}'],
};

/** Listens on a free port. */
export const startAppView = async (): Promise<AppView> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const told = TOLD.flatMap((name): [string, unknown][] => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]]));
      const echo = { method: request.method, path: url.pathname, query: url.search, headers: Object.fromEntries(told), claims: claimsOf(request.headers.authorization), body: Buffer.concat(chunks).toString() };
      const [status, body, type = "application/json"] = ENDS[url.pathname.slice("/xrpc/".length)] ?? [200, JSON.stringify(echo)];
      response.writeHead(status, {
        ...(body === "" ? {} : { "content-type": type }),
        "content-length": Buffer.byteLength(body),
        "atproto-content-labelers": "did:web:labeler.example;redact",
        "retry-after": "7",
        "set-cookie": "a=b",
        "x-secret": "of the AppView",
      });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
