import { env } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { atprotoKeyOf, verifySignature } from "@rookery/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Login, ORIGIN, ask, login, provision, xrpc } from "../../test/client.ts";
import { configOf } from "../config.ts";
import { didsOf } from "../host/dids.ts";

/** What the tests' service says of a request. */
interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  size: number;
  text: string;
}

let alice: Login;
const service = () => configOf(env).appView?.did ?? "";
const to = (id: string) => ({ "atproto-proxy": `${service()}#${id}` });

beforeAll(async () => {
  alice = await provision();
});

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

describe("methods that nobody here answers", () => {
  it("are answered as HTTP can be, however oddly the service does", async () => {
    const status = async (method: string) => (await xrpc(`com.example.${method}`, { auth: alice.access })).status;
    expect(await status("odd")).toBe(502);
    expect(await status("reset")).toBe(205);
    expect(await status("unchanged")).toBe(304);
    expect(await xrpc("com.example.miscoded", { auth: alice.access })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("go to the AppView, in the name of the account that asks and of nobody else", async () => {
    const answer = await xrpc<Echo>("com.example.echo", { auth: alice.access, params: { a: "1 2", b: "ü" } });
    expect(answer.status).toBe(200);
    expect(answer.body.url).toBe("/xrpc/com.example.echo?a=1+2&b=%C3%BC");
    const token = answer.body.headers["authorization"]?.slice("Bearer ".length) ?? "";
    const { iss, aud, lxm, iat, exp, jti } = claimsOf(token);
    expect({ iss, aud, lxm }).toEqual({ iss: alice.did, aud: service(), lxm: "com.example.echo" });
    expect(Number(exp) - Number(iat)).toBe(60);
    expect(jti).toMatch(/^[0-9a-f]{32}$/);
    const key = atprotoKeyOf(await didsOf(env).resolve(alice.did)) ?? "";
    const [head, body, signature = ""] = token.split(".");
    expect(await verifySignature(new TextEncoder().encode(`${head}.${body}`), new Uint8Array(Buffer.from(signature, "base64url")), key)).toBe(true);
  });

  it("pass on the headers that are meant for services, and no others", async () => {
    const { body } = await xrpc<Echo>("com.example.echo", {
      auth: alice.access,
      headers: {
        "accept-language": "pt", "atproto-accept-labelers": "did:web:labels.example", "x-bsky-topics": "t", "x-atproto-thing": "1",
        cookie: "a=b", "x-forwarded-for": "10.0.0.1", "idempotency-key": "k", ...to("bsky_appview"),
      },
    });
    expect(body.headers).toMatchObject({ "accept-language": "pt", "atproto-accept-labelers": "did:web:labels.example", "x-bsky-topics": "t", "x-atproto-thing": "1" });
    for (const name of ["cookie", "x-forwarded-for", "idempotency-key", "atproto-proxy"]) expect(body.headers).not.toHaveProperty(name);
  });

  it("answer with the headers that are meant for callers, and no others", async () => {
    const { headers } = await xrpc("com.example.echo", { auth: alice.access });
    expect(Object.fromEntries(headers)).toMatchObject({
      "atproto-repo-rev": "3kznmn7xqxl22", "atproto-content-labelers": "did:web:labels.example", "content-language": "en",
      "content-type": "application/json", "cache-control": "private", vary: "Authorization", "access-control-allow-origin": "*",
    });
    for (const name of ["set-cookie", "x-secret", "location"]) expect(headers.has(name)).toBe(false);
  });

  it("take bodies as they are, with a length or without", async () => {
    const bytes = new Uint8Array(300_000).fill(65);
    const whole = await xrpc<Echo>("com.example.echo", { auth: alice.access, body: bytes, headers: { "content-type": "video/x" } });
    expect([whole.body.method, whole.body.size, whole.body.headers["content-type"], whole.body.headers["content-length"]]).toEqual(["POST", 300_000, "video/x", "300000"]);
    const chunks = new Blob([bytes, bytes]).stream();
    const streamed = await xrpc<Echo>("com.example.echo", { auth: alice.access, body: chunks, headers: { "content-type": "video/x" } });
    expect(streamed.body.size).toBe(600_000);
    const zipped = new Uint8Array(await new Response(new Blob(["zipped"]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
    const packed = await xrpc<Echo>("com.example.echo", { auth: alice.access, body: zipped, headers: { "content-type": "text/plain", "content-encoding": "gzip" } });
    expect([packed.body.size, packed.body.headers["content-encoding"]]).toEqual([zipped.length, "gzip"]);
    const without = await xrpc<Echo>("com.example.echo", { auth: alice.access, method: "POST" });
    expect([without.body.method, without.body.size]).toEqual(["POST", 0]);
  });

  it("refuse a body that is too large", async () => {
    const answer = await xrpc("com.example.echo", { auth: alice.access, body: new Uint8Array(16_000_001), headers: { "content-type": "video/x" } });
    expect([answer.status, answer.body.error]).toEqual([413, "PayloadTooLarge"]);
  });

  it("are not for whoever is not signed in, and nothing is asked of anybody for them", async () => {
    for (const auth of [undefined, alice.refresh, ADMIN]) {
      const answer = await xrpc("com.example.echo", auth === undefined ? {} : { auth });
      expect([400, 401]).toContain(answer.status);
      expect(["AuthMissing", "InvalidToken"]).toContain(answer.body.error);
    }
  });

  it.each([
    ["com.atproto.server.getaccountinvitecodes", "GET"],
    ["com.atproto.SERVER.getAccountInviteCodes", "GET"],
    ["com.atproto.Server.updateEmail", "POST"],
  ])("are never those of the account itself, however spelled: %s", async (nsid, method) => {
    const answer = await xrpc(nsid, { auth: alice.access, method, headers: to("bsky_appview") });
    expect([answer.status, answer.body]).toEqual([400, { error: "InvalidToken", message: "Bad token method" }]);
  });

  it("that are about direct messages are not for plain app passwords", async () => {
    const byApp = async (privileged: boolean) => {
      const made = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: alice.access, json: { name: `app ${privileged}`, privileged } });
      return (await login(alice.handle, made.body.password)).access;
    };
    const [plain, privileged] = [await byApp(false), await byApp(true)];
    for (const nsid of ["chat.bsky.convo.getLog", "chat.bsky.convo.GETLOG"]) {
      expect(await xrpc(nsid, { auth: plain, headers: to("bsky_notif") })).toMatchObject({ status: 400, body: { error: "InvalidToken", message: "Bad token method" } });
      expect((await xrpc(nsid, { auth: privileged, headers: to("bsky_notif") })).status).toBe(200);
    }
    const token = (auth: string) => xrpc("com.atproto.server.getServiceAuth", { auth, params: { aud: "did:web:chat.example", lxm: "chat.bsky.convo.getLog" } });
    expect((await token(plain)).body.message).toBe("insufficient access to request a service auth token for the following method: chat.bsky.convo.getLog");
    expect((await token(privileged)).status).toBe(200);
    expect((await xrpc("com.example.echo", { auth: plain })).status).toBe(200);
  });

  it("are ours where the namespace is ours, unless the caller says who else", async () => {
    expect(await xrpc("agent.comms.unknown", { auth: alice.access })).toMatchObject({ status: 501, body: { error: "MethodNotImplemented" } });
    expect((await xrpc("agent.comms.unknown", { auth: alice.access, headers: to("bsky_appview") })).status).toBe(200);
  });

  it("come by GET, HEAD and POST only", async () => {
    expect(await xrpc("com.example.echo", { auth: alice.access, method: "DELETE" })).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "XRPC requests only supports GET and POST" } });
    const head = await exports.default.fetch(new Request(`${ORIGIN}/xrpc/com.example.echo`, { method: "HEAD", headers: { authorization: alice.access } }));
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});

describe("the atproto-proxy header", () => {
  it.each([
    ["#atproto_test", "no did specified in proxy header"],
    ["did:web:example.com", "no service id specified in proxy header"],
    ["did:web:example.com#", "no service id specified in proxy header"],
    ["did:web:example.com#a#b", "invalid proxy header format"],
    ["did:web:example.com#a b", "proxy header cannot contain spaces"],
    ["did:foo#bar", "could not resolve proxy did"],
    ["foo#bar", "could not resolve proxy did"],
    ["did:plc:12345678123456781234578#atproto_test", "could not resolve proxy did"],
    ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa#atproto_test", "could not resolve proxy did"],
  ])("%s: %s", async (header, message) => {
    const answer = await xrpc("com.example.echo", { auth: alice.access, headers: { "atproto-proxy": header } });
    expect([answer.status, answer.body]).toEqual([400, { error: "InvalidRequest", message }]);
  });

  it("is bounded", async () => {
    const answer = await xrpc("com.example.echo", { auth: alice.access, headers: { "atproto-proxy": `did:web:${"a".repeat(3000)}#b` } });
    expect([answer.status, answer.body.message]).toEqual([400, "invalid proxy header format"]);
  });

  it("names a service by its DID document", async () => {
    const answer = await xrpc<Echo>("com.example.echo", { auth: alice.access, headers: to("bsky_notif") });
    expect(claimsOf(answer.body.headers["authorization"] ?? "")).toMatchObject({ aud: service(), lxm: "com.example.echo" });
    expect(await xrpc("com.example.echo", { auth: alice.access, headers: to("unknown") })).toMatchObject({ status: 400, body: { message: "could not resolve proxy did service url" } });
    expect(await xrpc("com.example.echo", { auth: alice.access, headers: to("ftp") })).toMatchObject({ status: 400, body: { message: "could not resolve proxy did service url" } });
  });

  it.each(["private", "metadata", "plain", "name", "nobody"])("takes nobody to an address that is none of the public internet: %s", async (id) => {
    const answer = await xrpc("com.example.echo", { auth: alice.access, headers: to(id) });
    expect([answer.status, answer.body]).toEqual([502, { error: "UpstreamFailure", message: "Upstream service unreachable" }]);
  });
});

describe("services that misbehave", () => {
  const from = (method: string, headers = {}) => xrpc(`com.example.${method}`, { auth: alice.access, headers });

  it("are told apart from this host, and told of by their own words only", async () => {
    const failing = await from("failing");
    expect([failing.status, failing.body, failing.headers.get("retry-after")]).toEqual([502, { error: "FooBar", message: "My message" }, "7"]);
    expect(await from("wordless")).toMatchObject({ status: 404, body: { error: "XRPCNotSupported", message: "XRPC Not Supported" } });
    const busy = await from("busy");
    expect([busy.status, busy.body, busy.headers.get("retry-after")]).toEqual([429, { error: "RateLimitExceeded", message: "Rate Limit Exceeded" }, "12"]);
  });

  it("redirect nobody", async () => {
    const answer = await from("redirecting");
    expect([answer.status, answer.body, answer.headers.get("location")]).toEqual([302, "", null]);
  });

  it("are cut off when they send too much or break off", async () => {
    await expect(from("huge")).rejects.toThrow();
    await expect(from("broken")).rejects.toThrow();
  });

  it("may pack what they say", async () => {
    const packed = await from("packed", { "accept-encoding": "gzip" });
    expect([packed.status, packed.body, packed.headers.get("atproto-repo-rev")]).toEqual([200, { packed: true }, "3kznmn7xqxl22"]);
    expect((await from("nothing")).status).toBe(204);
  });
});

describe("getServiceAuth", () => {
  it("is refused as by the reference", async () => {
    const asked = async (params: Record<string, string>) => (await xrpc("com.atproto.server.getServiceAuth", { auth: alice.access, params })).body;
    const soon = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);
    const aud = "did:web:example.com";
    for (const wrong of ["not-a-did", "did:foo:bar", `${aud}#`, "did:web:example.com:path", "did:web:example.com%3A8080"])
      expect(await asked({ aud: wrong })).toEqual({ error: "InvalidRequest", message: "aud must be a valid atproto DID or did#serviceId reference" });
    expect(await asked({ aud, exp: soon(-5) })).toEqual({ error: "BadExpiration", message: "expiration is in past" });
    expect(await asked({ aud, exp: soon(3700), lxm: "com.example.a" })).toMatchObject({ error: "BadExpiration" });
    expect(await asked({ aud, exp: soon(90) })).toEqual({ error: "BadExpiration", message: "cannot request a method-less token with an expiration more than a minute in the future" });
    expect(await asked({ aud, lxm: "com.atproto.server.getSession" })).toEqual({ error: "InvalidRequest", message: "cannot request a service auth token for the following protected method: com.atproto.server.getSession" });
  });

  it("gives a token that says what was asked for", async () => {
    const { body } = await xrpc<{ token: string }>("com.atproto.server.getServiceAuth", { auth: alice.access, params: { aud: "did:web:example.com#a_service", lxm: "com.example.a" } });
    expect(claimsOf(body.token)).toMatchObject({ iss: alice.did, aud: "did:web:example.com#a_service", lxm: "com.example.a" });
    expect(JSON.parse(Buffer.from(body.token.split(".")[0] ?? "", "base64url").toString())).toEqual({ typ: "JWT", alg: "ES256" });
    expect((await ask("/xrpc/com.atproto.server.getServiceAuth?aud=did:web:example.com")).status).toBe(401);
  });
});
