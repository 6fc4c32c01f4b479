import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { accountRow, commitRow, fill, relayFor, subscribe, until, type RelayUnderTest } from "../../test/relay.ts";
import { ASK_INTERVAL_MS, LOOK_INTERVAL_MS } from "./limits.ts";

const RELAY = "https://relay.example.com";
const INDIGO = "indigo-relay/v0.1.2 (atproto-relay)";
const asking = (origin = RELAY) => `${origin} {"hostname":"colony.example.org"}`;

/** Let the alarm do what is due, and what came of it be written. */
async function settle({ stub }: RelayUnderTest): Promise<void> {
  await runDurableObjectAlarm(stub);
  await until("answers are noted", async () => (await stub.crawlers()).crawlers.every(({ lastAskedAt, lastAnswer }) => lastAskedAt === undefined || lastAnswer !== undefined));
}

/** Write something after a while: long enough that the relay looks again who is there. */
async function writeLater(relay: RelayUnderTest, n: number, ms: number): Promise<void> {
  relay.controls.clockAhead += Math.max(ms, LOOK_INTERVAL_MS);
  await relay.stub.ingest([commitRow(1, n)]);
  await settle(relay);
}

describe("being crawled", () => {
  it("asks at the start, and not again at the next one", async () => {
    const relay = relayFor({ test: "start", crawlers: [RELAY] });
    await relay.stub.started();
    await settle(relay);
    expect(relay.controls.asked).toEqual([asking()]);
    relay.controls.clockAhead += ASK_INTERVAL_MS * 3;
    await relay.stub.started();
    await settle(relay);
    expect(relay.controls.asked).toHaveLength(1);
  });

  it("asks nobody where no relay is configured, and writes nothing for it", async () => {
    const relay = relayFor({ test: "nobody" });
    await relay.stub.started();
    await writeLater(relay, 1, 0);
    expect(relay.controls.asked).toEqual([]);
    expect(await relay.stub.crawlers()).toMatchObject({ crawlers: [], advice: [], activeAccounts: 1 });
  });

  it("asks again when something is written, once in 20 minutes", async () => {
    const relay = relayFor({ test: "interval", crawlers: [RELAY] });
    await writeLater(relay, 1, 0);
    expect(relay.controls.asked).toHaveLength(1);
    await writeLater(relay, 2, ASK_INTERVAL_MS / 2);
    expect(relay.controls.asked).toHaveLength(1);
    // Nothing more is written: the job itself comes back for the write in between.
    relay.controls.clockAhead += ASK_INTERVAL_MS / 2;
    await settle(relay);
    expect(relay.controls.asked).toHaveLength(2);
    // And with nothing new it stays quiet.
    relay.controls.clockAhead += ASK_INTERVAL_MS * 2;
    await settle(relay);
    expect(relay.controls.asked).toHaveLength(2);
  });

  it("leaves a relay alone while it listens, and asks when it has gone", async () => {
    const relay = relayFor({ test: "listening", crawlers: [RELAY] });
    await writeLater(relay, 1, 0);
    const reader = await subscribe(relay.stub, 0, { userAgent: INDIGO, address: "192.0.2.7" });
    await until("it reads", () => reader.seqs.length === 1);
    await writeLater(relay, 2, ASK_INTERVAL_MS * 2);
    await writeLater(relay, 3, ASK_INTERVAL_MS * 2);
    expect(relay.controls.asked).toHaveLength(1);
    const [listening] = (await relay.stub.crawlers()).crawlers;
    expect(listening).toMatchObject({ connected: true, lag: 0, userAgent: INDIGO, address: "192.0.2.7", summary: "relay.example.com is listening and has everything." });

    reader.ws.close(1000, "bye");
    await until("it has gone", async () => (await relay.stub.crawlers()).crawlers[0]?.connected === false);
    const [gone] = (await relay.stub.crawlers()).crawlers;
    expect(gone?.lastSeenAt).toBeDefined();
    expect(relay.controls.asked).toHaveLength(1);
    await writeLater(relay, 4, 0);
    expect(relay.controls.asked).toHaveLength(2);
  });

  it("keeps what a relay said, through a restart, and asks less and less often", async () => {
    const relay = relayFor({ test: "refused", crawlers: [RELAY] });
    relay.controls.crawlAnswer = () => Response.json({ error: "HostNotFound", message: "host server unreachable" }, { status: 400 });
    await writeLater(relay, 1, 0);
    const [refused] = (await relay.again().crawlers()).crawlers;
    expect(refused).toMatchObject({
      connected: false,
      lastAnswer: { ok: false, status: 400, message: "HostNotFound: host server unreachable" },
      summary: "relay.example.com has not come yet; it was asked and did not agree (HostNotFound: host server unreachable).",
    });
    // Without a further write: after 20 minutes, then after 40.
    relay.controls.clockAhead += ASK_INTERVAL_MS;
    await settle(relay);
    expect(relay.controls.asked).toHaveLength(2);
    relay.controls.clockAhead += ASK_INTERVAL_MS;
    await settle(relay);
    expect(relay.controls.asked).toHaveLength(2);
    relay.controls.clockAhead += ASK_INTERVAL_MS;
    relay.controls.crawlAnswer = () => new Response(null);
    await settle(relay);
    expect(relay.controls.asked).toHaveLength(3);
    expect((await relay.stub.crawlers()).crawlers[0]).toMatchObject({ lastAnswer: { ok: true, status: 200 } });
  });

  it("goes on when a relay cannot be reached or never answers", async () => {
    const relay = relayFor({ test: "away", crawlers: [RELAY, "https://other.example.com"] });
    const never = Promise.withResolvers<Response>();
    relay.controls.crawlAnswer = (request) => {
      if (request.url.startsWith(RELAY)) return never.promise;
      throw new TypeError("connection refused");
    };
    await relay.stub.ingest([commitRow(1, 1)]);
    await runDurableObjectAlarm(relay.stub);
    // The one that hangs holds up neither the other nor what else the object does.
    await until("the other has failed", async () => (await relay.stub.crawlers()).crawlers[1]?.lastAnswer !== undefined);
    await fill(relay.stub, 2, 1, 3);
    const { crawlers } = await relay.stub.crawlers();
    expect(crawlers.map(({ summary }) => summary)).toEqual([
      "relay.example.com has not come yet; it is being asked.",
      "other.example.com has not come yet; it was asked and did not agree (it cannot be reached: connection refused).",
    ]);
    never.resolve(new Response(null));
    await until("the slow one has answered", async () => (await relay.stub.crawlers()).crawlers[0]?.lastAnswer?.ok === true);
  });

  it("asks at once when the admin says so, whatever was before", async () => {
    const relay = relayFor({ test: "now", crawlers: [RELAY] });
    await relay.stub.requestCrawl();
    const view = await relay.stub.requestCrawl();
    expect(relay.controls.asked).toHaveLength(2);
    expect(view.crawlers[0]).toMatchObject({ lastAnswer: { ok: true, status: 200, message: "accepted" }, summary: "relay.example.com has not come yet; it was asked and agreed to come." });
  });

  it("counts the accounts that relays count, and says what to do about their limit", async () => {
    const relay = relayFor({ test: "accounts", crawlers: [RELAY] });
    for (let account = 1; account <= 82; account++) await relay.stub.ingest([commitRow(account, 1)]);
    await relay.stub.ingest([accountRow(82, 2, "deactivated")]);
    const { activeAccounts, advice, newHostLimits } = await relay.stub.crawlers();
    expect(activeAccounts).toBe(81);
    expect(advice[0]).toContain("colony.example.org has 81 active accounts");
    expect(newHostLimits.accounts).toBe(100);
  });
});
