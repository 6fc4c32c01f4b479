import type { Scene } from "../scene.ts";

/** Plain HTTP, unknown methods, wrong verbs: what needs no account. */
export const host: Scene = {
  name: "host",
  play: async (side) => {
    await side.ask("GET /", { path: "/" });
    await side.ask("robots.txt", { path: "/robots.txt" });
    await side.ask("health", { path: "/xrpc/_health" });
    await side.ask("HEAD health", { method: "HEAD", path: "/xrpc/_health" });
    await side.ask("atproto-did of nobody", { path: "/.well-known/atproto-did", headers: { host: "nobody-here.test" } });
    await side.ask("atproto-did of another domain", { path: "/.well-known/atproto-did", headers: { host: "example.com" } });
    await side.query("describeServer", "com.atproto.server.describeServer");
    await side.query("describeServer, unknown parameter", "com.atproto.server.describeServer", { what: "ever" });
    await side.ask("HEAD describeServer", { method: "HEAD", path: "/xrpc/com.atproto.server.describeServer" });

    for (const path of ["/robots.txt/", "/ROBOTS.TXT", "/xrpc/_health/", "/.well-known/atproto-did/", "/XRPC/com.atproto.server.describeServer"]) await side.ask(`nearly a path: ${path}`, { path });
    await side.ask("POST of a page", { path: "/robots.txt", body: {} });
    await side.ask("unknown path", { path: "/nothing/here" });
    await side.ask("xrpc root", { path: "/xrpc/" });
    await side.ask("xrpc without slash", { path: "/xrpc" });
    await side.ask("not an NSID", { path: "/xrpc/foo" });
    await side.ask("not an NSID, dots", { path: "/xrpc/com..foo" });
    await side.ask("path below a method", { path: "/xrpc/com.atproto.server.describeServer/more" });
    await side.ask("trailing slash", { path: "/xrpc/com.atproto.server.describeServer/" });
    await side.ask("percent in the path", { path: "/xrpc/%E0%A4%A" });
    await side.ask("other case", { path: "/xrpc/com.atproto.server.describeserver" });
    await side.ask("unknown method of com.atproto", { path: "/xrpc/com.atproto.server.doNothing" });
    await side.ask("unknown method elsewhere", { path: "/xrpc/org.example.doNothing" });
    await side.ask("unknown procedure", { path: "/xrpc/org.example.doNothing", body: {} });

    await side.ask("GET of a procedure", { path: "/xrpc/com.atproto.repo.createRecord" });
    await side.ask("POST of a query", { path: "/xrpc/com.atproto.server.describeServer", body: {} });
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      await side.ask(`${method} of a query`, { method, path: "/xrpc/com.atproto.server.describeServer" });
      await side.ask(`${method} of a procedure`, { method, path: "/xrpc/com.atproto.repo.createRecord" });
    }
    await side.ask("GET of the stream", { path: "/xrpc/com.atproto.sync.subscribeRepos" });
    await side.ask("POST of the stream", { path: "/xrpc/com.atproto.sync.subscribeRepos", body: {} });
    await side.ask("query with an empty body", { path: "/xrpc/com.atproto.server.describeServer", method: "GET", headers: { "content-length": "0" } });
    await side.ask("query with a body", { path: "/xrpc/com.atproto.server.describeServer", method: "GET", body: "{}" });

    const preflight = { origin: "https://app.example", "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type,atproto-accept-labelers" };
    await side.ask("preflight of a method", { method: "OPTIONS", path: "/xrpc/com.atproto.repo.createRecord", headers: preflight });
    await side.ask("preflight of an unknown method", { method: "OPTIONS", path: "/xrpc/org.example.doNothing", headers: preflight });
    await side.ask("preflight without asked headers", { method: "OPTIONS", path: "/xrpc/com.atproto.repo.createRecord", headers: { origin: "https://app.example", "access-control-request-method": "POST" } });
    await side.ask("CORS of a query", { path: "/xrpc/com.atproto.server.describeServer", headers: { origin: "https://app.example" } });
    await side.ask("CORS of an error", { path: "/xrpc/com.atproto.repo.getRecord", headers: { origin: "https://app.example" } });
  },
};
