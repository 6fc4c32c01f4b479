import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { Policy } from "../src/reach/reach-api.ts";
import { type Counted, EVERYBODY, Usages } from "../src/reach/usage.ts";
import { type Made, objectOf, op, value } from "./agents.ts";
import { COLLECTION, nextSeq, proven, write } from "./from-network.ts";
import { documents, inbox, known, message, rows, send, textsOf, useDirectory } from "./mail.ts";
import { world } from "./worker.ts";

useDirectory();

const HOUR = 3_600_000;
const CID = "bafyreicw6ruxiv6nvqwwpnsgl3anvla42z4rwtly4fo36ley2rpncfjbnq";

const quarantined = async ({ api }: Made) => value(await api.listQuarantine({ limit: 100 })).items;
const set = async ({ api }: Made, policy: Policy) => value(await api.putPolicy({ policy }));
const fromNetwork = ({ api }: Made) => api.wake({ source: "network" });
const remove = (rkey: string) => op({ action: "delete", collection: COLLECTION, rkey });

/** A message by way of the network, as from another colony; its record key. */
async function sendAcross(from: Made, to: Made, text: string): Promise<string> {
  const rkey = await write(from, to, text);
  await proven(from, to, rkey);
  await fromNetwork(to);
  return rkey;
}

/** Say where an agent lives. */
function houseOf({ did }: Made, host: string): void {
  documents.set(did, { ...Object(documents.get(did)), service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: `https://${host}` }] });
}

/** Let time pass, and the alarm ring. */
async function alarm(agent: Made, ms: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

describe("strangers", () => {
  it("are taken within the hour's limit; the rest waits in quarantine, and others are not held up", async () => {
    const [alice, bob, carol] = [await known(), await known(), await known()];
    await set(bob, { perSender: { perHour: 2 } });
    for (const text of ["a1", "a2", "a3", "a4"]) await sendAcross(alice, bob, text);
    await sendAcross(carol, bob, "c1");
    expect([await textsOf(bob, alice), await textsOf(bob, carol)]).toEqual([["a1", "a2"], ["c1"]]);
    expect(await quarantined(bob)).toMatchObject([{ author: alice.did, why: "rate", bytes: expect.any(Number) }, { author: alice.did, why: "rate" }]);
    expect(world.network.parkedOf(bob.did)).toEqual([]);
    expect(value(await bob.api.getPolicy())).toMatchObject({ policy: { perSender: { perHour: 2 } }, effective: { unknown: "limit", perSender: { perHour: 2, pending: 200 } }, quarantined: 2, blocked: 0, expired: 0 });
    await alarm(bob, HOUR);
    await sendAcross(alice, bob, "a5");
    expect(await textsOf(bob, alice)).toEqual(["a1", "a2", "a5"]);
  });

  it("count as pending until they are answered", async () => {
    const [alice, bob] = [await known(), await known()];
    await set(bob, { perSender: { pending: 1 } });
    for (const text of ["a1", "a2"]) await sendAcross(alice, bob, text);
    await alarm(bob, 2 * HOUR);
    await sendAcross(alice, bob, "a3");
    expect(await textsOf(bob, alice)).toEqual(["a1"]);
    expect((await quarantined(bob)).map(({ why }) => why)).toEqual(["pending", "pending"]);
    await send(bob, message([alice.did], "hello yourself"));
    for (const text of ["a4", "a5"]) await sendAcross(alice, bob, text);
    expect(await textsOf(bob, alice)).toEqual(["a1", "a4", "a5"]);
  });

  it("of one host share its limits; of another they do not", async () => {
    const [alice, anna, bob, carol] = [await known(), await known(), await known(), await known()];
    houseOf(alice, "big.example.com");
    houseOf(anna, "big.example.com");
    houseOf(carol, "small.example.com");
    await set(bob, { perHost: { perHour: 1 } });
    await sendAcross(alice, bob, "a1");
    await sendAcross(anna, bob, "n1");
    await sendAcross(carol, bob, "c1");
    expect([await textsOf(bob, alice), await textsOf(bob, anna), await textsOf(bob, carol)]).toEqual([["a1"], [], ["c1"]]);
    expect(await quarantined(bob)).toMatchObject([{ author: anna.did, host: "big.example.com", why: "host-rate" }]);
  });

  it("may send so many bytes", async () => {
    const [alice, bob] = [await known(), await known()];
    await set(bob, { perSender: { bytes: 500 } });
    await sendAcross(alice, bob, "short");
    await sendAcross(alice, bob, "long".repeat(200));
    expect(await textsOf(bob, alice)).toEqual(["short"]);
    expect(await quarantined(bob)).toMatchObject([{ why: "size" }]);
  });

  it("ask questions within limits of their own", async () => {
    const [alice, bob] = [await known(), await known()];
    await set(bob, { perSender: { perHour: 1 }, questions: { perHour: 1 } });
    for (const rkey of ["3m6vb5g7bck2x", "3m6vb5g7bck2y"]) {
      const record = { to: bob.did, text: "why?", createdAt: "2026-11-21T00:00:00.000Z" };
      await send(alice, op({ action: "create", collection: "agent.comms.question", rkey, record }));
      await proven(alice, bob, rkey, {}, "agent.comms.question");
      await fromNetwork(bob);
    }
    await sendAcross(alice, bob, "a message");
    expect((await inbox(bob)).map(({ uri }) => uri.split("/")[3])).toEqual(["agent.comms.question", COLLECTION]);
    expect(await quarantined(bob)).toMatchObject([{ why: "rate", uri: expect.stringContaining("agent.comms.question") }]);
  });

  it("wait all, or are refused all, where the agent or its colony wants it so", async () => {
    const [alice, bob, carol] = [await known(), await known(), await known()];
    await set(bob, { unknown: "quarantine" });
    await set(carol, { unknown: "block" });
    await sendAcross(alice, bob, "b");
    await sendAcross(alice, carol, "c");
    expect([await inbox(bob), await inbox(carol)]).toEqual([[], []]);
    expect((await quarantined(bob)).map(({ why }) => why)).toEqual(["policy"]);
    expect(value(await carol.api.getPolicy())).toMatchObject({ quarantined: 0, blocked: 1 });
    world.inboxPolicy = { unknown: "quarantine" };
    const dave = await known();
    await sendAcross(alice, dave, "d");
    world.inboxPolicy = {};
    expect(value(await dave.api.getPolicy())).toMatchObject({ policy: {}, effective: { unknown: "quarantine" }, quarantined: 1 });
  });

  it("do not use up limits by sending the same again, nor by taking it back", async () => {
    const [alice, bob] = [await known(), await known()];
    await set(bob, { perSender: { perHour: 2 } });
    const rkey = await sendAcross(alice, bob, "a1");
    for (let i = 0; i < 3; i++) {
      await proven(alice, bob, rkey);
      await fromNetwork(bob);
    }
    await sendAcross(alice, bob, "a2");
    await send(alice, remove(rkey));
    await proven(alice, bob, rkey, { action: "delete" });
    await fromNetwork(bob);
    expect(await textsOf(bob, alice)).toEqual(["a1", "a2", "delete"]);
    expect(await quarantined(bob)).toEqual([]);
  });

  it("cannot get around limits by deleting and writing the same again", async () => {
    const [alice, bob] = [await known(), await known()];
    await set(bob, { perSender: { perHour: 1 } });
    const { rkey, ...rest } = message([bob.did], "again and again");
    for (let i = 0; i < 3; i++) {
      await send(alice, { rkey, ...rest });
      await proven(alice, bob, rkey);
      await fromNetwork(bob);
      await send(alice, remove(rkey));
      await proven(alice, bob, rkey, { action: "delete" });
      await fromNetwork(bob);
    }
    expect(await textsOf(bob, alice)).toEqual(["again and again", "delete"]);
  });
});

describe("counters of strangers", () => {
  /** With an object's own tables. */
  const counting = async (work: (usages: Usages, sql: SqlStorage) => void) => rows(await known(), (sql) => work(new Usages(sql), sql));
  const [a, b] = ["a", "b"].map((name) => ({ sender: `message did:plc:${name}`, host: "message at busy.example.com" })) as [Counted, Counted];

  it("say what is pending of a host and of all only as long as it was not answered", () =>
    counting((usages) => {
      for (const names of [a, a, b]) usages.count(names, 100, 0);
      usages.answered(a.sender, 1);
      expect([a.sender, b.sender, a.host, EVERYBODY].map((name) => usages.of(name, 2))).toEqual([
        { taken: 2, pending: 0 }, { taken: 1, pending: 1 }, { taken: 3, pending: 1 }, { taken: 3, pending: 1 },
      ]);
      usages.answered(a.sender, 3);
      usages.answered("message did:plc:nobody", 3);
      expect(usages.of(EVERYBODY, 4)).toEqual({ taken: 3, pending: 1 });
      // What was pending a month ago is not subtracted from what is now.
      usages.count(a, 100, 31 * 24 * HOUR);
      usages.answered(b.sender, 31 * 24 * HOUR);
      expect(usages.of(EVERYBODY, 31 * 24 * HOUR)).toEqual({ taken: 1, pending: 1 });
    }));

  it("count what is large several times", () =>
    counting((usages) => {
      for (const bytes of [0, 64_000, 64_001, 300_000]) usages.count(a, bytes, 0);
      for (const name of [a.sender, a.host, EVERYBODY]) expect(usages.of(name, 1)).toEqual({ taken: 9, pending: 9 });
      usages.answered(a.sender, 2);
      expect(usages.of(EVERYBODY, 3).pending).toBe(0);
    }));

  it("are bounded, and that of all is not among those that go", () =>
    counting((usages, sql) => {
      usages.count(a, 0, 0);
      for (let i = 0; i < 10_000; i++) sql.exec("INSERT INTO stranger (name, hour, hour_count, month, pending) VALUES (?, 1, 1, 1, 1)", `message did:plc:x${i}`);
      usages.count(b, 0, 2);
      expect(sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM stranger").one().n).toBeLessThanOrEqual(10_000);
      expect([a.sender, EVERYBODY].map((name) => usages.of(name, 3).taken)).toEqual([0, 2]);
    }));
});

describe("who is known", () => {
  it("is everybody of the colony, unless that is not wanted", async () => {
    const [alice, bob] = [await known(), await known()];
    await set(bob, { perSender: { perHour: 1 } });
    for (const text of ["a1", "a2", "a3"]) await write(alice, bob, text);
    await bob.api.wake({ source: "colony" });
    expect(await textsOf(bob, alice)).toEqual(["a1", "a2", "a3"]);
    await set(bob, { perSender: { perHour: 1 }, colonyIsKnown: false });
    for (const text of ["a4", "a5"]) await write(alice, bob, text);
    await bob.api.wake({ source: "colony" });
    expect(await textsOf(bob, alice)).toEqual(["a1", "a2", "a3", "a4"]);
  });

  it("is whom the agent has written to, also before it was noted, and not whom it sent a receipt", async () => {
    const [alice, bob, carol] = [await known(), await known(), await known()];
    await send(bob, message([alice.did], "hello"));
    await send(bob, op({ action: "create", collection: "agent.comms.receipt", rkey: "r", record: { to: carol.did, subject: { uri: `at://${carol.did}/${COLLECTION}/3m6vb5g7bck2x`, cid: CID }, status: "delivered", createdAt: "2026-11-21T00:00:00.000Z" } }));
    await set(bob, { unknown: "quarantine" });
    // As an object of an older version has it.
    await rows(bob, (sql) => sql.exec("DELETE FROM correspondent"));
    await sendAcross(alice, bob, "a");
    await sendAcross(carol, bob, "c");
    expect([await textsOf(bob, alice), await textsOf(bob, carol)]).toEqual([["a"], []]);
  });

  it("is whoever is on the allow list; who is on the block list is refused, known or not", async () => {
    const [alice, bob, carol] = [await known(), await known(), await known()];
    await send(bob, message([carol.did], "we know each other"));
    await set(bob, { unknown: "quarantine", allow: [{ did: alice.did }], block: [{ did: carol.did, note: "enough" }] });
    await sendAcross(alice, bob, "a");
    await sendAcross(carol, bob, "c");
    await write(carol, bob, "from the colony");
    await bob.api.wake({ source: "colony" });
    expect([await textsOf(bob, alice), await textsOf(bob, carol), await quarantined(bob)]).toEqual([["a"], [], []]);
    // What came by both relays was refused twice.
    expect(value(await bob.api.getPolicy())).toMatchObject({ blocked: 3, policy: { block: [{ did: carol.did, note: "enough" }] } });
    expect(world.relay.parkedOf(bob.did)).toEqual([]);
  });

  it("is refused where it makes no sense, and then nothing changes", async () => {
    const bob = await known();
    await set(bob, { unknown: "block" });
    expect(await bob.api.putPolicy({ policy: { unknown: "maybe" } })).toMatchObject({ error: { status: 400 } });
    expect(await bob.api.putPolicy({ policy: { allow: [{ did: "did:plc:a" }], block: [{ did: "did:plc:a" }] } })).toMatchObject({ error: { status: 400 } });
    expect(value(await bob.api.getPolicy()).policy).toEqual({ unknown: "block" });
  });

  it("is nobody else's to read: lists are in the vault", async () => {
    const bob = await known();
    await set(bob, { allow: [{ did: "did:plc:veryprivatefriend", note: "private note" }] });
    const dump = await rows(bob, (sql) => sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf%' AND name NOT LIKE 'sqlite%'").toArray()
      .map(({ name }) => JSON.stringify(sql.exec(`SELECT * FROM ${name}`).toArray(), (_, cell) => (cell instanceof ArrayBuffer ? Buffer.from(cell).toString("latin1") : cell))).join("\n"));
    expect(dump).not.toContain("veryprivatefriend");
    expect(dump).not.toContain("private note");
    await abortAllDurableObjects();
    expect(value(await objectOf(bob.did).api.getPolicy()).policy.allow).toEqual([{ did: "did:plc:veryprivatefriend", note: "private note" }]);
  });
});

describe("quarantine", () => {
  /** Bob's, with what alice and carol sent. */
  async function filled(): Promise<[Made, Made, Made]> {
    const [alice, bob, carol] = [await known(), await known(), await known()];
    await set(bob, { unknown: "quarantine" });
    for (const text of ["a1", "a2"]) await sendAcross(alice, bob, text);
    await sendAcross(carol, bob, "c1");
    await sendAcross(alice, bob, "a3");
    return [alice, bob, carol];
  }

  it("is listed in pages, and let in in the order in which it came, by what or by whom", async () => {
    const [alice, bob, carol] = await filled();
    const first = value(await bob.api.listQuarantine({ limit: 3 }));
    const rest = value(await bob.api.listQuarantine({ limit: 3, cursor: first.cursor ?? "" }));
    expect([first.items.length, rest.items.length, rest.cursor]).toEqual([3, 1, undefined]);
    expect(await bob.api.listQuarantine({ limit: 3, cursor: "x" })).toMatchObject({ error: { name: "InvalidRequest" } });
    const [a1, a2] = first.items.map(({ uri }) => uri);
    expect(value(await bob.api.releaseQuarantine({ uris: [a2 ?? "", a1 ?? "", "at://did:plc:nobody/agent.comms.message/1"] }))).toEqual({ released: 2 });
    expect(await textsOf(bob, alice)).toEqual(["a1", "a2"]);
    expect(value(await bob.api.releaseQuarantine({ author: carol.did, allow: true }))).toEqual({ released: 1 });
    await sendAcross(carol, bob, "c2");
    expect(await textsOf(bob, carol)).toEqual(["c1", "c2"]);
    expect((await quarantined(bob)).map(({ author }) => author)).toEqual([alice.did]);
    expect(value(await bob.api.getPolicy()).policy.allow).toEqual([{ did: carol.did }]);
    expect(await bob.api.releaseQuarantine({})).toMatchObject({ error: { name: "InvalidRequest" } });
    expect(await bob.api.releaseQuarantine({ author: carol.did, uris: [] })).toMatchObject({ error: { name: "InvalidRequest" } });
  });

  it("wakes whoever waits for messages when something is let in", async () => {
    const [alice, bob] = await filled();
    const waiting = bob.api.listInbox({ limit: 10, waitSeconds: 20 });
    await bob.api.getHead();
    await bob.api.releaseQuarantine({ author: alice.did });
    expect(value(await waiting).messages).toHaveLength(3);
  });

  it("lets go what is discarded, of whom it is to block, and asks no second time about copies", async () => {
    const [alice, bob, carol] = await filled();
    const [first] = await quarantined(bob);
    expect(value(await bob.api.discardQuarantine({ uris: [first?.uri ?? ""] }))).toEqual({ discarded: 1 });
    await proven(alice, bob, first?.uri.split("/").at(-1) ?? "");
    await fromNetwork(bob);
    expect((await quarantined(bob)).map(({ uri }) => uri)).not.toContain(first?.uri);
    expect(value(await bob.api.discardQuarantine({ author: carol.did, block: true }))).toEqual({ discarded: 1 });
    await sendAcross(carol, bob, "c2");
    expect(value(await bob.api.getPolicy())).toMatchObject({ blocked: 1, quarantined: 2, policy: { unknown: "quarantine", block: [{ did: carol.did }] } });
    expect(await rows(bob, (sql) => sql.exec<{ n: number }>("SELECT COUNT(bytes) AS n FROM quarantine").one().n)).toBe(2);
  });

  it("loses what its author takes back", async () => {
    const [alice, bob] = await filled();
    const [first] = await quarantined(bob);
    const rkey = first?.uri.split("/").at(-1) ?? "";
    await send(alice, remove(rkey));
    await proven(alice, bob, rkey, { action: "delete" });
    await fromNetwork(bob);
    value(await bob.api.releaseQuarantine({ author: alice.did }));
    expect((await textsOf(bob, alice)).filter((text) => text !== "delete")).toEqual(["a2", "a3"]);
  });

  it("asks nothing about what was taken back, and no copy of that or of what waits comes in later", async () => {
    const [alice, bob] = await filled();
    const [first, second] = await quarantined(bob);
    const rkey = first?.uri.split("/").at(-1) ?? "";
    const [copy, other] = [await proven(alice, bob, rkey), await proven(alice, bob, second?.uri.split("/").at(-1) ?? "")];
    await fromNetwork(bob);
    await send(alice, remove(rkey));
    const absence = await proven(alice, bob, rkey, { action: "delete" });
    await fromNetwork(bob);
    expect((await quarantined(bob)).map(({ uri }) => uri)).not.toContain(first?.uri);
    await set(bob, { unknown: "limit" });
    for (const row of [copy, other, absence]) world.network.proven.push({ ...row, seq: nextSeq(), recipient: bob.did });
    await fromNetwork(bob);
    expect(await inbox(bob)).toEqual([]);
    expect(await quarantined(bob)).toHaveLength(3);
    // Of what never came here there is nothing to decide either.
    await set(bob, { unknown: "quarantine" });
    await proven(alice, bob, "3m6vb5g7bck2z", { action: "delete" });
    await fromNetwork(bob);
    expect(await quarantined(bob)).toHaveLength(3);
    expect(value(await bob.api.releaseQuarantine({ uris: [second?.uri ?? ""] }))).toEqual({ released: 1 });
    expect(await textsOf(bob, alice)).toEqual(["a2"]);
  });

  it("is let go after thirty days, counted", async () => {
    const [, bob] = await filled();
    await alarm(bob, 29 * 24 * HOUR);
    expect(await quarantined(bob)).toHaveLength(4);
    await alarm(bob, 25 * HOUR);
    expect(value(await bob.api.getPolicy())).toMatchObject({ quarantined: 0, expired: 4 });
    expect(await rows(bob, (sql) => sql.exec("SELECT job FROM due WHERE job = 'quarantine'").toArray())).toEqual([]);
  });

  it("survives the object, and a decision is whole or not at all", async () => {
    const [alice, bob] = await filled();
    await abortAllDurableObjects();
    const again = { ...bob, ...objectOf(bob.did) };
    expect(await quarantined(again)).toHaveLength(4);
    value(await again.api.releaseQuarantine({ author: alice.did, allow: true }));
    await abortAllDurableObjects();
    const last = { ...bob, ...objectOf(bob.did) };
    expect([await textsOf(last, alice), (await quarantined(last)).length, value(await last.api.getPolicy()).policy.allow]).toEqual([["a1", "a2", "a3"], 1, [{ did: alice.did }]]);
  });

  it("is bounded: the newest of the host that has most of it goes, counted", async () => {
    const { stub } = await known();
    await runInDurableObject(stub, async (_, { storage }) => {
      const { Quarantine } = await import("../src/reach/quarantine.ts");
      const { Tally } = await import("../src/reach/tally.ts");
      const tally = new Tally(storage.sql);
      const quarantine = new Quarantine(storage.sql, tally);
      const put = (i: number, host: string, size = 10) =>
        quarantine.put({ identity: `m${i}`, seq: i, author: `did:plc:${i}`, path: `c/${i}`, rev: "3k", action: "create", cid: "c", bytes: new Uint8Array(size), host }, "network", "rate", i);
      put(0, "quiet.example.org");
      for (let i = 1; i <= 1_005; i++) put(i, "loud.example.com");
      expect([quarantine.count, tally.of("expired")]).toEqual([1_000, 6]);
      const kept = quarantine.list(0, 2_000).map(({ item }) => item.author);
      expect([kept[0], kept.at(-1)]).toEqual(["did:plc:0", "did:plc:999"]);
      for (let i = 2_000; i < 2_040; i++) put(i, "large.example.com", 1_000_000);
      expect(storage.sql.exec<{ n: number }>("SELECT SUM(size) AS n FROM quarantine").one().n).toBeLessThanOrEqual(32_000_000);
      expect(quarantine.list(0, 1).map(({ item }) => item.author)).toEqual(["did:plc:0"]);
    });
  });
});
