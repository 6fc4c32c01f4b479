import { describe, expect, it } from "vitest";
import { MAX_ANSWER_CHARS } from "./limits.ts";
import { requestCrawl } from "./request-crawl.ts";

const ask = (answer: (request: Request) => Response | Promise<Response>) => requestCrawl("https://relay.example.com", "colony.example.org", async (request) => answer(request));

describe("asking a relay to crawl", () => {
  it("posts the host name as com.atproto.sync.requestCrawl has it", async () => {
    const seen: unknown[] = [];
    const answer = await ask(async (request) => {
      seen.push(request.method, request.url, request.headers.get("content-type"), await request.json());
      return new Response(null);
    });
    expect(seen).toEqual(["POST", "https://relay.example.com/xrpc/com.atproto.sync.requestCrawl", "application/json", { hostname: "colony.example.org" }]);
    expect(answer).toEqual({ ok: true, status: 200, message: "accepted" });
  });

  it("keeps the relay's own words for a refusal", async () => {
    expect(await ask(() => Response.json({ error: "HostNotFound", message: "host server unreachable" }, { status: 400 }))).toEqual({
      ok: false, status: 400, message: "HostNotFound: host server unreachable",
    });
    expect(await ask(() => new Response("no\n such   thing", { status: 404 }))).toEqual({ ok: false, status: 404, message: "no such thing" });
    expect(await ask(() => new Response(null, { status: 502 }))).toEqual({ ok: false, status: 502, message: "HTTP 502" });
  });

  it("says where a relay has moved instead of following it", async () => {
    const moved = await ask(() => new Response(null, { status: 308, headers: { location: "https://elsewhere.example.com/" } }));
    expect(moved).toEqual({ ok: false, status: 308, message: "it has moved to https://elsewhere.example.com/: name that instead" });
  });

  it("never throws, and says what happened", async () => {
    const away = await ask(() => {
      throw new TypeError("connection refused");
    });
    expect(away).toEqual({ ok: false, message: "it cannot be reached: connection refused" });
    const late = await ask(() => {
      throw new DOMException("took too long", "TimeoutError");
    });
    expect(late).toEqual({ ok: false, message: "no answer within 10 seconds" });
  });

  it("reads and keeps a bounded part of what a relay says", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new TextEncoder().encode("blah ".repeat(200)));
      },
    });
    const answer = await ask(() => new Response(endless, { status: 500 }));
    expect(answer.message.length).toBe(MAX_ANSWER_CHARS);
    expect(pulled).toBeLessThan(20);
  });
});
