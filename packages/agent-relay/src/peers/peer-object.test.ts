import { describe, expect, it } from "vitest";
import { runInDurableObject } from "cloudflare:test";
import { encodeErrorFrame } from "@rookery/sync";
import { TestAgent } from "../../../sync/test/agent.ts";
import { accountOf, commitOf, identityOf, message, PeerUnderTest, post, syncOf } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";
import { migrate } from "./schema.ts";
import { WATCHDOG_MS } from "./settings.ts";

const live = (peer: PeerUnderTest) => until("live", async () => (await peer.stub.status().catch(() => undefined))?.state === "live");

describe("listening", () => {
  it("passes on what is verified, once the account has written what is kept, and counts the rest as accepted", async () => {
    const peer = new PeerUnderTest("kept");
    const [one, two] = [peer.agent(2), peer.agent(3)];
    await peer.send(identityOf(one), accountOf(one), commitOf(one.commit([])), syncOf(one.sync()), commitOf(one.commit([post("a")])));
    await peer.send(commitOf(two.commit([post("a")])), commitOf(one.commit([message("m")])), commitOf(one.commit([post("b")])), identityOf(one, "not.verified.org"), accountOf(one, "deactivated"));
    await peer.listen();
    const status = await peer.dealt();
    const [fourth, fifth] = peer.rows.map(({ rev }) => rev);
    expect(peer.told).toEqual([`commit 2 ${fourth}`, `commit 2 ${fifth}`, "identity 2", "account 2 deactivated"]);
    expect(peer.rows[0]).toMatchObject({ epoch: 0, n: 14, carry: true, collections: ["agent.comms.message"] });
    expect(new TextDecoder("latin1").decode(peer.rows[2]?.frame)).not.toContain("verified.org");
    expect(status).toMatchObject({ state: "live", cursor: 10, accounts: 2, desynchronized: 0, accepted: 8, refused: {} });
  });

  it("asks from the stored cursor after the host hung up and after the object was gone", async () => {
    const peer = new PeerUnderTest("resume");
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    await peer.server.hangUp();
    await peer.send(commitOf(agent.commit([message("b")])));
    await peer.dealt();
    await peer.stub.abort().catch(() => undefined);
    await peer.send(commitOf(agent.commit([message("c")])));
    await peer.stub.pass(WATCHDOG_MS);
    await peer.dealt();
    expect(peer.rows.map(({ n }) => n)).toEqual([2, 4, 6]);
    expect((await peer.server.asked()).at(-1)).toBe("subscribeRepos?cursor=2");
  });

  it("leaves out what is for everybody where the settings say so, until they say otherwise", async () => {
    const peer = new PeerUnderTest("broadcasts");
    const agent = peer.agent(2);
    peer.controls.deliveriesOf = ({ ops }) => ops.map(({ path }) => ({ path, action: "create", to: path.endsWith("all") ? "all" : [agent.did] }));
    await peer.send(commitOf(agent.commit([message("one"), message("first-all")])), commitOf(agent.commit([message("second-all")])));
    await peer.listen({ broadcasts: false });
    await peer.dealt();
    await peer.listen();
    await peer.send(commitOf(agent.commit([message("third-all")])));
    await peer.dealt();
    expect(peer.rows.map(({ deliveries = [] }) => deliveries.map(({ path }) => path.split("/")[1]))).toEqual([["one"], [], ["third-all"]]);
    expect(peer.rows.every(({ carry }) => carry)).toBe(true);
  });

  it("begins anew when it is told to while it ends", async () => {
    const peer = new PeerUnderTest("second-thoughts");
    const agent = peer.agent(2);
    peer.controls.networkDelayMs = 300;
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await live(peer);
    await Promise.all([peer.stub.forget(), peer.listen()]);
    peer.controls.networkDelayMs = 0;
    await peer.send(commitOf(agent.commit([message("b")])));
    expect(await peer.dealt()).toMatchObject({ state: "live", cursor: 2, accepted: 2 });
  });

  it("tells how old the last event was", async () => {
    const peer = new PeerUnderTest("lag");
    const agent = peer.agent(2);
    await peer.listen();
    expect(await peer.status()).not.toHaveProperty("lagSeconds");
    await peer.send(commitOf({ ...agent.commit([message("a")]), time: new Date(Date.now() - 3_600_000).toISOString() }));
    const { lagSeconds = 0 } = await peer.dealt();
    expect(lagSeconds).toBeGreaterThanOrEqual(3_600);
    expect(lagSeconds).toBeLessThan(3_700);
    await peer.send(commitOf({ ...agent.commit([message("b")]), time: new Date(Date.now() + 3_600_000).toISOString() }));
    expect((await peer.dealt()).lagSeconds).toBe(0);
  });

  it("waits longer each time for a host that refuses, and says what it said", async () => {
    const peer = new PeerUnderTest("refusing", { reconnect: { firstMs: 20_000, maxMs: 100_000 } });
    await peer.server.refuse(503);
    await peer.listen();
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      await until("waiting", async () => (await peer.status()).state === "waiting" && (await peer.server.asked()).length === i + 1);
      const { nextAttemptAt = "", lastError } = await peer.status();
      expect(lastError).toBe("refused: no WebSocket but HTTP 503");
      const pause = Date.parse(nextAttemptAt) - Date.now() - peer.controls.clockAhead;
      pauses.push(Math.ceil(pause / 10_000) * 10_000);
      await peer.stub.pass(pause + 1_000);
    }
    expect(pauses).toEqual([10_000, 20_000, 40_000, 50_000, 50_000]);
    await peer.server.refuse(undefined);
    await peer.stub.pass(100_000);
    await live(peer);
    expect((await peer.status()).lastError).toBeUndefined();
  });

  it("stops at a host that went back, until the admin says to begin anew, and then repeats nothing", async () => {
    const peer = new PeerUnderTest("went-back");
    const agent = peer.agent(2);
    const [first, second] = [commitOf(agent.commit([message("a")])), commitOf(agent.commit([message("b")]))];
    await peer.send(first, second);
    await peer.listen();
    await peer.dealt();
    await peer.server.greet([encodeErrorFrame({ error: "FutureCursor" })]);
    await peer.server.hangUp();
    await until("stopped", async () => (await peer.status()).state === "stopped");
    expect((await peer.status()).lastError).toContain("restored from a backup");
    const asked = (await peer.server.asked()).length;
    await peer.stub.check();
    await peer.listen();
    expect((await peer.server.asked()).length).toBe(asked);
    await peer.server.greet([]);
    peer.seq = 0;
    await peer.server.rewrite(peer.sequenced([first, commitOf(agent.commit([message("c")]))]));
    await peer.listen({ collections: ["*"] });
    await live(peer);
    await peer.dealt();
    await until("told", () => peer.rows.length === 3);
    expect(peer.rows.map(({ epoch, n }) => [epoch, n])).toEqual([[0, 2], [0, 4], [1, 4]]);
    expect((await peer.status()).refused).toEqual({ RevOrder: 1 });
  });
});

describe("an account", () => {
  it("may change its key: the directory is asked once more", async () => {
    const peer = new PeerUnderTest("rotated");
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    const successor = new TestAgent(agent.did);
    expect(successor.commit([message("a")]).rev).toBe(agent.latest.rev);
    peer.controls.cached.set(agent.did, peer.controls.documents.get(agent.did));
    peer.documented(successor);
    peer.controls.lookups = [];
    await peer.send(commitOf(successor.commit([message("b")])));
    await peer.dealt();
    expect(peer.controls.lookups).toEqual([agent.did, `${agent.did}!`]);
    expect(peer.told.length).toBe(2);
  });

  it("that says that its document changed is looked up anew, when it is next needed", async () => {
    const peer = new PeerUnderTest("moved");
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    peer.documented(agent, { host: "elsewhere.org" });
    peer.controls.lookups = [];
    await peer.send(identityOf(agent), commitOf(agent.commit([message("b")])));
    expect(await peer.refused("WrongHost")).toEqual({ WrongHost: 1 });
    expect(peer.controls.lookups).toEqual([`${agent.did}!`, `${agent.did}!`]);
  });

  it("is believed deleted when its document is gone with it, and by its own host only", async () => {
    const peer = new PeerUnderTest("deleted");
    const [one, two] = [peer.agent(2), peer.agent(3)];
    await peer.send(commitOf(one.commit([message("a")])), commitOf(two.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    peer.controls.documents.delete(one.did);
    peer.documented(two, { host: "elsewhere.org" });
    await peer.send(accountOf(one, "deleted"), accountOf(two, "deleted"), accountOf(peer.agent(4), "deleted"));
    await peer.dealt();
    expect(peer.told.slice(2)).toEqual(["account 2 deleted"]);
    expect((await peer.status()).refused).toEqual({ WrongHost: 1 });
  });
});

describe("settings", () => {
  it("say which agents count, and whether events are carried or only delivered", async () => {
    const peer = new PeerUnderTest("settings");
    const [one, two] = [peer.agent(2), peer.agent(3)];
    peer.controls.deliveriesOf = ({ ops }) => ops.filter(({ path }) => path.startsWith("agent.")).map(({ path }) => ({ path, action: "create", to: ["did:plc:x"] }));
    await peer.listen({ allowAgents: [one.did], carry: false });
    await peer.send(commitOf(one.commit([message("a")])), commitOf(two.commit([message("a")])), commitOf(one.commit([post("p")])));
    await peer.dealt();
    expect(peer.rows.map(({ n, carry, deliveries }) => [n, carry, deliveries?.length])).toEqual([[2, false, 1]]);
    await peer.listen({ deliver: false });
    await peer.send(commitOf(one.commit([message("b")])), commitOf(two.commit([message("b")])));
    await peer.dealt();
    expect(peer.rows.slice(1).map(({ n, carry, deliveries }) => [n, carry, deliveries])).toEqual([[8, true, undefined], [10, true, undefined]]);
    expect(await peer.status()).toMatchObject({ accounts: 2, refused: {} });
  });

  it.each([
    ["another host", { origin: "https://other.host.org" }],
    ["a host that is not this object's", { host: "other.host.org", origin: "https://other.host.org" }],
    ["plain http", { origin: "http://refused.host.org" }],
    ["a path", { origin: "https://refused.host.org/x" }],
    ["an address", { host: "10.0.0.1", origin: "https://10.0.0.1" }],
    ["no URL", { origin: "refused.host.org" }],
  ])("with %s are refused, and nothing is written", async (_, change) => {
    const peer = new PeerUnderTest("refused");
    const done = await peer.stub.configure({ ...peer.config, ...change });
    expect(done).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
    expect(await peer.stub.status()).toBeUndefined();
    await peer.stub.check();
    const tables = await runInDurableObject(peer.stub, (__, state) => state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray());
    expect(tables).toEqual([]);
  });

  it("and all else are forgotten on request, and may come again", async () => {
    const peer = new PeerUnderTest("forgotten");
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    await peer.stub.forget();
    expect(await peer.stub.status()).toBeUndefined();
    expect(await runInDurableObject(peer.stub, (_, state) => state.storage.getAlarm())).toBeNull();
    await until("gone", async () => (await peer.server.listeners()) === 0);
    await peer.listen();
    expect(await peer.dealt()).toMatchObject({ accounts: 1, accepted: 1 });
  });
});

it("the tables come from nothing and are left alone when they are there", async () => {
  const peer = new PeerUnderTest("schema");
  await runInDurableObject(peer.stub, (_, state) => {
    migrate(state.storage, 0);
    migrate(state.storage);
    state.storage.sql.exec("INSERT INTO refused (code, count) VALUES ('x', 1)");
    migrate(state.storage);
    expect(state.storage.sql.exec("SELECT count FROM refused").one()).toEqual({ count: 1 });
    state.storage.sql.exec("INSERT INTO migration (version) VALUES (99)");
    expect(() => migrate(state.storage)).toThrow("schema 99");
  });
});
