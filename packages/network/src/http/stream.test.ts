import { describe, expect, it } from "vitest";
import { exports } from "cloudflare:workers";
import { ORIGIN } from "../../test/client.ts";

const paths = ["/xrpc/com.atproto.sync.subscribeRepos", "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"];

describe.each(paths)("the stream %s", (path) => {
  const send = (init: RequestInit) => exports.default.fetch(new Request(ORIGIN + path, init));

  it("connects who upgrades", async () => {
    const answer = await send({ headers: { upgrade: "websocket" } });
    expect(answer.status).toBe(101);
    answer.webSocket?.accept();
    answer.webSocket?.close(1000);
  });

  it("tells others what it is, browsers too", async () => {
    const plain = await send({});
    expect(plain.status).toBe(426);
    expect(plain.headers.get("access-control-allow-origin")).toBe("*");
    expect(await plain.json()).toMatchObject({ error: "UpgradeRequired" });
    expect((await send({ method: "OPTIONS" })).status).toBe(204);
    expect((await send({ method: "POST" })).status).toBeGreaterThanOrEqual(400);
    expect((await exports.default.fetch(new Request(`${ORIGIN}${path}?cursor=abc`, { headers: { upgrade: "websocket" } }))).status).toBe(400);
  });
});
