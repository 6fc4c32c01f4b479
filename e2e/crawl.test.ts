import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
