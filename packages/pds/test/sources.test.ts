import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { DeliveryRow } from "../src/ports.ts";
import { schemaVersion } from "../src/schema.ts";
import { type Made, objectOf, op } from "./agents.ts";
import { COLLECTION, nextSeq, proven, write } from "./from-network.ts";
import { documents, inbox, known, publish, readWaiting, rows, send, textsOf, useDirectory } from "./mail.ts";
import { backTo, versionBefore } from "./old-schema.ts";
import { world } from "./worker.ts";

useDirectory();

const { relay: colony, network } = world;

const remove = (rkey: string) => op({ action: "delete", collection: COLLECTION, rkey });
const fromNetwork = (agent: Made) => agent.api.wake({ source: "network" });
const fromColony = (agent: Made) => agent.api.wake({ source: "colony" });

/** The object dies; the same agents again. */
async function restart<T extends Made[]>(...agents: T): Promise<{ [K in keyof T]: Made }> {
  await abortAllDurableObjects();
  // A named boundary: as many as were given.
  return agents.map((agent) => ({ ...agent, ...objectOf(agent.did) })) as { [K in keyof T]: Made };
}

/** Let time pass, and the alarm ring. */
async function alarm(agent: Made, hours = 24): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * 3_600_000 });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

describe("two relays", () => {
  it.each([["colony", "network"], ["network", "colony"]] as const)("bring the same record once: by the %s first", async (first, second) => {
    const [alice, bob] = [await known(), await known()];
    const rkey = await write(alice, bob, "hello");
    await proven(alice, bob, rkey);
    await proven(alice, bob, rkey);
    await bob.api.wake({ source: first });
    await bob.api.wake({ source: second });
    expect(await textsOf(bob, alice)).toEqual(["hello"]);
    expect(await inbox(bob)).toMatchObject([{ source: first, uri: `at://${alice.did}/${COLLECTION}/${rkey}` }]);
  });

  it("have a cursor, what waits and an acknowledgement each", async () => {
    const [alice, carol, bob] = [await known(), await known(), await known()];
    await write(alice, bob, "by the colony");
    const rkey = await write(carol, alice, "not for bob");
    documents.delete(carol.did);
    const first = await proven(carol, bob, rkey);
    await fromNetwork(bob);
    expect(network.acknowledged.get(bob.did)).toBe(first.seq - 1);
    expect(colony.acknowledged.has(bob.did)).toBe(false);
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["by the colony"]);
    expect(colony.acknowledged.get(bob.did)).toBe(colony.log.length - 1);
    expect(await rows(bob, readWaiting)).toMatchObject([{ source: "network", seq: first.seq, author: carol.did }]);
    expect(await rows(bob, (sql) => sql.exec("SELECT source, pulled FROM inbox_source ORDER BY source").toArray())).toEqual([
      { source: "colony", pulled: colony.log.length - 1 }, { source: "network", pulled: first.seq },
    ]);
  });

  it("are asked only when they have something: a colony without a network pays nothing", async () => {
    const [alice, bob] = [await known(), await known()];
    const before = network.pulls;
    await write(alice, bob, "one");
    await bob.api.wake();
    await fromColony(bob);
    await alarm(bob);
    expect(network.pulls).toBe(before);
    await fromNetwork(bob);
    const [asked, colonys] = [network.pulls, colony.pulls];
    expect(asked).toBe(before + 1);
    await fromNetwork(bob);
    expect(colony.pulls).toBe(colonys);
  });

  it("do not hold up each other when one is down", async () => {
    const [alice, bob] = [await known(), await known()];
    const rkey = await write(alice, bob, "first");
    await proven(alice, bob, rkey);
    await fromNetwork(bob);
    network.down = true;
    await write(alice, bob, "second");
    await bob.api.wake();
    network.down = false;
    expect(await textsOf(bob, alice)).toEqual(["first", "second"]);
  });

  it("may be replayed, also under new seqs, and wake as often and as much at once as they like", async () => {
    let [alice, dora, bob] = [await known(), await known(), await known()];
    const keys: string[] = [];
    for (let i = 0; i < 5; i++) keys.push(await write(alice, bob, `a${i}`));
    for (let i = 0; i < 5; i++) await write(dora, bob, `d${i}`);
    for (const rkey of keys) await proven(alice, bob, rkey);
    await Promise.all(Array.from({ length: 40 }, (_, i) => bob.api.wake(i % 3 === 0 ? {} : { source: i % 3 === 1 ? "colony" : "network" })));
    [alice, dora, bob] = await restart(alice, dora, bob);
    for (const rkey of keys) await proven(alice, bob, rkey);
    await rows(bob, (sql) => sql.exec("UPDATE inbox_source SET pulled = 0"));
    await Promise.all(Array.from({ length: 20 }, () => bob.api.wake()));
    expect(await textsOf(bob, alice)).toEqual(["a0", "a1", "a2", "a3", "a4"]);
    expect(await textsOf(bob, dora)).toEqual(["d0", "d1", "d2", "d3", "d4"]);
  });
});

describe("a proof", () => {
  it("that shows something else than the delivery says is given up with the reason, and later ones go on", async () => {
    const [alice, mallory, carol, bob] = [await known(), await known(), await known(), await known()];
    const rkey = await write(mallory, bob, "real");
    const carols = await write(mallory, carol, "for carol");
    const gone = await write(mallory, carol, "gone");
    await send(mallory, remove(gone));
    const nobodys = "bafyreigggggggggggggggggggggggggggggggggggggggggggggggggggg";
    const bad: [change: Partial<DeliveryRow>, reason: string, of?: string][] = [
      [{ proof: new Uint8Array([1, 2, 3]) }, "BadProof"],
      [{ author: alice.did }, "proof of"],
      [{ cid: nobodys }, "said to be"],
      [{ action: "delete" }, "not deleted"],
      [{ action: "create", cid: nobodys }, "nothing is not there", "nothing"],
    ];
    for (const [change, , of = rkey] of bad) await proven(mallory, bob, of, change);
    await proven(mallory, bob, carols);
    await proven(mallory, bob, gone, { action: "create", cid: nobodys });
    await proven(mallory, bob, rkey);
    await fromNetwork(bob);
    for (let i = 0; i < 40 && (await inbox(bob)).length === 0; i++) await alarm(bob, 2);
    expect(network.parkedOf(bob.did).map(({ reason }) => reason)).toEqual([
      ...bad.map(([, reason]) => expect.stringContaining(reason)), expect.stringContaining("not addressed to"), expect.stringContaining("is not there"),
    ]);
    expect(await textsOf(bob, mallory)).toEqual(["real"]);
    expect(await textsOf(bob, alice)).toEqual([]);
  });

  it("signed by another key is refused until the author's document names that key", async () => {
    const [alice, eve, bob] = [await known(), await known(), await known()];
    const rkey = await write(alice, bob, "signed");
    await publish(alice, eve.publicKey);
    await proven(alice, bob, rkey);
    await fromNetwork(bob);
    expect(await rows(bob, readWaiting)).toMatchObject([{ reason: expect.stringContaining("BadSignature") }]);
    await publish(alice);
    await alarm(bob);
    expect(await textsOf(bob, alice)).toEqual(["signed"]);
  });

  it("of a record's absence takes it back, once, whatever else says so, and not what was written since", async () => {
    const [alice, bob] = [await known(), await known()];
    const rkey = await write(alice, bob, "first");
    await fromColony(bob);
    await send(alice, remove(rkey));
    const absent = await proven(alice, bob, rkey);
    await proven(alice, bob, rkey);
    await fromNetwork(bob);
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["first", "delete"]);
    // At the same path anew: an old proof of its absence means nothing now.
    await send(alice, op({ action: "create", collection: COLLECTION, rkey, validate: true, record: { to: [bob.did], content: [{ $type: "agent.comms.defs#text", text: "second" }], createdAt: "2026-11-21T00:00:00.000Z" } }));
    await fromColony(bob);
    network.proven.push({ ...absent, seq: nextSeq(), recipient: bob.did });
    await fromNetwork(bob);
    await rows(bob, (sql) => sql.exec("UPDATE inbox_source SET pulled = 0"));
    await bob.api.wake();
    expect(await textsOf(bob, alice)).toEqual(["first", "delete", "second"]);
  });
});

describe("what is given up", () => {
  it("is told to its relay before it is acknowledged, also when that is down for a while", async () => {
    const alice = await known();
    let bob = await known();
    const rkey = await write(alice, bob, "x");
    const bad = await proven(alice, bob, rkey, { proof: new Uint8Array([1]) });
    await fromNetwork(bob);
    for (let i = 0; i < 2; i++) await alarm(bob);
    const park = network.park.bind(network);
    network.park = () => Promise.reject(new Error("no"));
    await alarm(bob).catch(() => undefined);
    expect(await rows(bob, readWaiting)).toEqual([]);
    expect(network.acknowledged.get(bob.did)).toBe(bad.seq - 1);
    network.park = park;
    [bob] = await restart(bob);
    await alarm(bob);
    expect(network.parkedOf(bob.did)).toMatchObject([{ seq: bad.seq, path: bad.path, tries: 4 }]);
    expect(network.acknowledged.get(bob.did)).toBe(bad.seq);
  });

  it("comes again when the admin wants it, in order, and into the inbox or back with what is wrong now", async () => {
    const [alice, eve, bob] = [await known(), await known(), await known()];
    await publish(alice, eve.publicKey);
    for (const text of ["one", "two", "three"]) await write(alice, bob, text);
    await fromColony(bob);
    for (let i = 0; i < 40 && colony.parkedOf(bob.did).length < 3; i++) await alarm(bob, 2);
    expect(await textsOf(bob, alice)).toEqual([]);
    const retry = () => [...colony.parked.values()].filter(({ recipient }) => recipient === bob.did).forEach((entry) => (entry.again = true));
    retry();
    await fromColony(bob);
    expect(colony.parkedOf(bob.did)).toMatchObject([{ again: false, tries: 1 }, { again: false, tries: 1 }, { again: false, tries: 1 }]);
    await publish(alice);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    retry();
    await fromColony(bob);
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["one", "two", "three"]);
    expect(colony.parkedOf(bob.did)).toEqual([]);
  });
});

it("what waits opens from a version that counted its tries together", async () => {
  let [alice, bob] = [await known(), await known()];
  documents.delete(alice.did);
  await write(alice, bob, "waits");
  await fromColony(bob);
  for (let i = 0; i < 4; i++) await alarm(bob);
  await rows(bob, (sql) => {
    backTo(sql, versionBefore("refusals"));
    expect(sql.exec("SELECT * FROM inbox_waiting").one()).not.toHaveProperty("refusals");
  });
  [alice, bob] = await restart(alice, bob);
  expect(await rows(bob, readWaiting)).toMatchObject([{ author: alice.did, tries: 5 }]);
  await publish(alice);
  await alarm(bob);
  expect(await textsOf(bob, alice)).toEqual(["waits"]);
});

describe("an inbox of the first version", () => {
  it("opens with its messages, cursors, what waits and what was given up", async () => {
    let [alice, bob] = [await known(), await known()];
    await write(alice, bob, "kept");
    await fromColony(bob);
    const [kept] = await inbox(bob);
    await write(alice, bob, "waits");
    const waiting = colony.log.length;
    await runInDurableObject(bob.stub, (_, { storage }) => {
      const { sql } = storage;
      // Back to the tables as they were, with a message, a cursor, and one delivery of each kind.
      backTo(sql, 1);
      sql.exec("INSERT INTO inbox_state (id, pulled) VALUES (1, ?)", waiting);
      const delivery = colony.log.at(-1)?.deliveries?.[0];
      sql.exec("INSERT INTO inbox_pending (seq, path, author, tries, reason) VALUES (?, ?, ?, 1, 'directory')", waiting, delivery?.path ?? "", alice.did);
      sql.exec("INSERT INTO inbox_parked (seq, path, author, reason, at) VALUES (1, 'c/r', ?, 'bad', '2026-11-21T00:00:00.000Z')", alice.did);
      expect(schemaVersion(sql)).toBe(1);
    });
    [alice, bob] = await restart(alice, bob);
    expect(await inbox(bob)).toEqual([kept]);
    await runInDurableObject(bob.stub, (_, { storage }) => storage.sql.exec("INSERT OR REPLACE INTO due (job, at, tries) VALUES ('inbox', 1, 0)"));
    [alice, bob] = await restart(alice, bob);
    await alarm(bob);
    expect(await textsOf(bob, alice)).toEqual(["kept", "waits"]);
    expect(colony.parkedOf(bob.did)).toMatchObject([{ seq: 1, path: "c/r", reason: "bad" }]);
    expect(colony.acknowledged.get(bob.did)).toBe(waiting);
    // A message of before is known by its identity, and can be taken back.
    await rows(bob, (sql) => sql.exec("UPDATE inbox_source SET pulled = 0"));
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["kept", "waits"]);
    await send(alice, remove(kept?.uri.split("/").at(-1) ?? ""));
    await fromColony(bob);
    expect(await textsOf(bob, alice)).toEqual(["kept", "waits", "delete"]);
  });
});
