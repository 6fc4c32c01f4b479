import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { ORIGIN, type ErrorBody, type Login, ask, provision } from "../../test/client.ts";
import { door } from "./door.ts";

let alice: Login;

beforeAll(async () => {
  alice = await provision();
});

describe("bodies", () => {
  const write = (body: BodyInit, headers: Record<string, string>) =>
    ask("/xrpc/com.atproto.repo.createRecord", { body, auth: alice.access, headers: { "content-type": "application/json", ...headers } });
  const upload = (body: BodyInit | undefined, headers: Record<string, string>) =>
    ask("/xrpc/com.atproto.repo.uploadBlob", { method: "POST", auth: alice.access, headers, ...(body === undefined ? {} : { body }) });

  it("that are no UTF-8 are a bad request, and the next one is read from its beginning", async () => {
    const record = JSON.stringify({ repo: alice.did, collection: "com.example.note", record: { $type: "com.example.note", text: "früh" } });
    for (const cut of [new Uint8Array([0x7b, 0x22, 0xc3]), new Uint8Array([0x7b, 0xff, 0x7d])]) {
      expect(await write(cut, {})).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
      expect((await write(record, {})).status).toBe(200);
    }
  });

  it("that break off are a bad request", async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
      pull: (controller) => controller.error(new Error("gone")),
    });
    expect(await write(body, {})).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("of blobs need to be there, and to say what they are", async () => {
    expect(await upload(undefined, { "content-type": "image/png" })).toMatchObject({ status: 400, body: { message: "A request body is expected but none was provided" } });
    const untyped = await upload(new Uint8Array(3), {});
    expect(untyped).toMatchObject({ status: 400, body: { message: "Request encoding (Content-Type) required but not provided" } });
    expect((await upload(new Uint8Array(3), { "content-type": "image/png" })).status).toBe(200);
  });
});

it("refuses a request whose Host header names no host", async () => {
  // As workerd gives it to us; a Request cannot be made with such a URL.
  const request = Object.defineProperty(new Request(ORIGIN), "url", { value: "http://:3000/" });
  const answer = await door(request, env);
  expect([answer.status, (await answer.json<ErrorBody>()).error]).toEqual([400, "InvalidRequest"]);
});

it("says to whoever is not the admin that authentication is required, in the reference's words, and then how", async () => {
  for (const path of ["/xrpc/com.atproto.admin.deleteAccount", "/xrpc/com.atproto.admin.updateAccountHandle", "/agents/create"])
    for (const auth of [alice.access, "Bearer wrong-secret", `Basic ${btoa("admin:wrong-secret")}`, `Basic ${btoa("alice:admin-secret")}`]) {
      const refused = await ask(path, { json: {}, auth });
      expect([path, auth, refused.status, refused.body.error]).toEqual([path, auth, 401, "AuthenticationRequired"]);
      expect(refused.body.message).toMatch(/^Authentication Required: .*Basic admin:SECRET$/);
    }
});

describe("limits per address", () => {
  /** A colony with its limits on; each test has addresses of its own, since counters live as long as the isolate. */
  const limited = (origin: string) => ({ ...env, ORIGIN: origin, RATE_LIMITS: "on" });
  const register = (colony: typeof env, address: string) =>
    door(
      new Request(`${colony.ORIGIN}/xrpc/com.atproto.server.createAccount`, { method: "POST", body: "{}", headers: { "content-type": "application/json", "cf-connecting-ip": address } }),
      colony,
    );

  it("are told with every answer, errors included, and when to come back with a refusal", async () => {
    const colony = limited("https://colony.example.com");
    const first = await register(colony, "192.0.2.1");
    expect(first.status).toBe(400);
    expect([first.headers.get("ratelimit-limit"), first.headers.get("ratelimit-remaining"), first.headers.get("ratelimit-policy")]).toEqual(["100", "99", "100;w=300"]);
    for (let i = 0; i < 99; i++) expect((await register(colony, "192.0.2.1")).status).toBe(400);
    const refused = await register(colony, "192.0.2.1");
    expect([refused.status, (await refused.json<ErrorBody>()).error]).toEqual([429, "RateLimitExceeded"]);
    expect(refused.headers.get("ratelimit-remaining")).toBe("0");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(301);
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    expect((await register(colony, "192.0.2.2")).status).toBe(400);
  });

  it("are not got around on a loopback colony by an address of the caller's invention", async () => {
    const colony = limited(ORIGIN);
    for (let i = 0; i < 100; i++) await register(colony, `198.51.100.${i}`);
    expect((await register(colony, "198.51.100.200")).status).toBe(429);
  });
});
