import { describe, expect, it } from "vitest";
import { PROXY_LIMITS } from "./limits.ts";
import { mayAsk } from "./target.ts";
import { readServiceAddress } from "./service-address.ts";
import { type Wire, askService } from "./upstream.ts";

const limits = { ...PROXY_LIMITS, headersTimeout: 30, bodyTimeout: 30, maxAnswer: 10, maxRequest: 10 };
const url = "https://service.example.com/xrpc/com.example.method";
const ask = (fetcher: Wire["fetch"], more: object = {}) => askService({ fetch: fetcher, limits }, { url, method: "GET", headers: new Headers(), ...more });

/** Never answers, until it is told to stop. */
const silent: Wire["fetch"] = (_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("stopped"))));

/** Sends these parts, then nothing more and no end. */
const stalling = (...parts: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => parts.forEach((part) => controller.enqueue(new TextEncoder().encode(part))) });

describe("askService", () => {
  it("gives up on a service that does not answer", async () => {
    expect(await ask(silent)).toEqual({ status: 502, name: "UpstreamFailure", message: "Upstream service unreachable" });
  });

  it("gives up on a service that begins to answer and stops", async () => {
    const answer = await ask(() => Promise.resolve(new Response(stalling("abc"))));
    if (!(answer instanceof Response)) throw new Error("no answer");
    await expect(answer.text()).rejects.toThrow("too slow");
  });

  it("gives up on a caller who stops sending", async () => {
    const answer = ask(async (_, init) => {
      await new Response(init?.body ?? null).text();
      return new Response("done");
    }, { method: "POST", body: stalling("abc") });
    expect(await answer).toMatchObject({ status: 502 });
  });

  it("takes what is within bounds, and not a byte more", async () => {
    const within = await ask(() => Promise.resolve(new Response("0123456789")));
    expect(within instanceof Response && (await within.text())).toBe("0123456789");
    const beyond = await ask(() => Promise.resolve(new Response("0123456789x")));
    if (!(beyond instanceof Response)) throw new Error("no answer");
    await expect(beyond.text()).rejects.toThrow("more than 10 bytes");
  });

  it("sends what is within bounds, and not a byte more", async () => {
    const echo: Wire["fetch"] = async (_, init) => new Response(await new Response(init?.body ?? null).text());
    const sent = async (text: string) => ask(echo, { method: "POST", body: new Blob([text]).stream() });
    const within = await sent("0123456789");
    expect(within instanceof Response && (await within.text())).toBe("0123456789");
    expect(await sent("0123456789x")).toMatchObject({ status: 413, name: "PayloadTooLarge" });
  });
});

describe("addresses that strangers choose", () => {
  it.each([
    ["https://service.example.com", true, true],
    ["https://service.example.com:8443", true, true],
    ["http://service.example.com", false, false],
    ["http://localhost:3000", true, false],
    ["https://localhost", true, false],
    ["http://127.0.0.1:3000", true, false],
    ["http://[::1]:3000", true, false],
    ["https://10.0.0.1", false, false],
    ["https://169.254.169.254", false, false],
    ["https://[fd00::1]", false, false],
    ["https://2130706433", true, false],
    ["https://0x7f.1", true, false],
    ["https://router.local", false, false],
    ["https://kubernetes.default.svc", false, false],
    ["https://intranet", false, false],
    ["ftp://service.example.com", false, false],
  ])("%s: on loopback %s, elsewhere %s", (text, onLoopback, elsewhere) => {
    expect([mayAsk(new URL(text), true), mayAsk(new URL(text), false)]).toEqual([onLoopback, elsewhere]);
  });
});

describe("addresses that the operator chooses", () => {
  it("are a URL and a DID", () => {
    expect(readServiceAddress("APPVIEW", "https://api.bsky.app#did:web:api.bsky.app")).toEqual({ url: "https://api.bsky.app", did: "did:web:api.bsky.app" });
    expect(readServiceAddress("APPVIEW", "http://localhost:2584#did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")).toEqual({ url: "http://localhost:2584", did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" });
    expect([readServiceAddress("APPVIEW", ""), readServiceAddress("APPVIEW", undefined)]).toEqual([undefined, undefined]);
  });

  it.each(["https://api.bsky.app", "did:web:api.bsky.app", "http://api.bsky.app#did:web:api.bsky.app", "https://api.bsky.app/x#did:web:a.b", "https://api.bsky.app#did:key:z", "https://u@api.bsky.app#did:web:a.b", "https://api.bsky.app#did:web:a.b#c"])("are not %s", (text) =>
    expect(() => readServiceAddress("APPVIEW", text)).toThrow("APPVIEW must be the URL of a host and its DID"));
});
