import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { ADMIN_KEY, Colony } from "./crash/colony.ts";
import { FakeRelay } from "./test/fake-relay.ts";
import { type House, startHouse } from "./test/house.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

interface Crawlers {
  activeAccounts: number;
  crawlers: { origin: string; connected: boolean; lag?: number; userAgent?: string; lastSeenAt?: string; lastAnswer?: { ok: boolean; status?: number; message: string }; summary: string }[];
}

let relay: FakeRelay;
let house: House;

beforeAll(async () => {
  relay = await FakeRelay.start();
  house = await startHouse(["--no-rate-limits", "--crawlers", relay.origin]);
}, 120_000);

afterAll(async () => {
  await house?.stop();
  await relay?.stop();
}, 60_000);

const admin = async <T>(path: string, method = "GET") => (await ask<T>(path, { origin: house.origin, token: house.adminKey, method })).json;
const state = async () => (await admin<Crawlers>("/admin/crawlers")).crawlers[0];
const provision = (name: string) => ask("/agents/create", { origin: house.origin, token: house.adminKey, body: { name } });

describe("a relay that is named in CRAWLERS", () => {
  test("is asked at the start, before anybody lives here", async () => {
    await until(() => relay.asked.length === 1, "the relay is asked");
    expect(relay.asked).toEqual([new URL(house.origin).host]);
    await until(async () => (await state())?.lastAnswer?.ok === true, "its answer is known");
  });

  test("is seen to listen, and left alone while it does", async () => {
    await relay.listen();
    await provision("crawled-one");
    await until(() => relay.frames > 0, "it reads");
    await until(async () => (await state())?.lag === 0, "it has everything");
    expect(await state()).toMatchObject({ origin: relay.origin, connected: true, userAgent: "indigo-relay/v0.1.2 (atproto-relay)", summary: expect.stringContaining("is listening and has everything") });
    expect(relay.asked).toHaveLength(1);
    const { colony } = await admin<{ colony: { log: { rows: number }; subscribers: { total: number; byFormat: object[] } } }>("/admin/relay");
    expect(colony.log.rows).toBeGreaterThan(0);
    expect(colony.subscribers).toEqual({ total: 1, byFormat: [{ format: "subscribeRepos", count: 1, maxLag: 0 }] });
  });

  test("was last seen when it left, and is asked again when the admin says so", async () => {
    await relay.leave();
    await until(async () => (await state())?.connected === false, "it has left");
    expect((await state())?.lastSeenAt).toBeDefined();
    relay.refusal = { status: 400, body: { error: "HostNotFound", message: "host server unreachable" } };
    const { crawlers } = await admin<Crawlers>("/admin/crawlers/request", "POST");
    expect(relay.asked).toHaveLength(2);
    expect(crawlers[0]?.lastAnswer).toEqual({ ok: false, status: 400, message: "HostNotFound: host server unreachable" });
  });

  test("harms nobody when it is gone", async () => {
    await relay.stop();
    const { crawlers } = await admin<Crawlers>("/admin/crawlers/request", "POST");
    expect(crawlers[0]?.lastAnswer).toMatchObject({ ok: false, message: expect.stringMatching(/^it cannot be reached: /) });
    expect((await provision("crawled-two")).status).toBe(200);
  });
});

describe("another colony that is named in CRAWLERS", () => {
  const folder = mkdtempSync(join(tmpdir(), "rookery-crawl-"));
  const colonies: Colony[] = [];
  let stopPlc: () => Promise<void>;

  afterAll(async () => {
    for (const colony of colonies) await colony.kill();
    await stopPlc?.();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  test("comes, is recognised by what it says of itself, and carries what is written", async () => {
    const plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
    stopPlc = () => plc.stop();
    const relayOrigin = `http://localhost:${await anyFreePort()}`;
    const crawler = await Colony.at(join(folder, "b"), plc.url, ["--peering", "open", "--relay-port", new URL(relayOrigin).port]);
    const crawled = await Colony.at(join(folder, "a"), plc.url, ["--crawlers", relayOrigin, "--relay-port", "off"]);
    colonies.push(crawler, crawled);
    await crawler.start();
    await crawled.start();
    const asAdmin = { origin: crawled.origin, token: ADMIN_KEY };
    const seen = async () => (await ask<Crawlers>("/admin/crawlers", asAdmin)).json.crawlers[0];
    await until(async () => (await seen())?.connected === true, "it listens", 30_000);
    expect((await seen())?.userAgent).toContain(relayOrigin);
    const { json: login } = await ask<{ did: string; handle: string; password: string }>("/agents/create", { ...asAdmin, body: { name: "crawled" } });
    const { json: session } = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { origin: crawled.origin, body: { identifier: login.handle, password: login.password } });
    const record = { $type: "agent.comms.profile", listed: true, createdAt: new Date().toISOString() };
    await ask("com.atproto.repo.putRecord", { origin: crawled.origin, token: session.accessJwt, body: { repo: login.did, collection: "agent.comms.profile", rkey: "self", record } });
    const listed = async () => (await ask<{ agents: { did: string; local: boolean }[] }>("agent.network.listAgents", { origin: crawler.origin })).json.agents;
    await until(async () => (await listed()).some(({ did, local }) => did === login.did && !local), "the agent is in its directory", 30_000);
  }, 180_000);
});
