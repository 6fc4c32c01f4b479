import { describe, expect, it } from "vitest";
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { migrate } from "../schema.ts";
import { accountRow, commitRow, did, relayFor, until } from "../../test/relay.ts";
import { networkFor, type NetworkUnderTest } from "../../test/network.ts";
import type { CarriedRow, ProvenRecord } from "./network-api.ts";

const ALICE = "did:plc:elsewhereaaaaaaaaaaaaaaa";

const record = (rkey: string, to: string[] | "all", options: { cid?: string; author?: string; size?: number } = {}): ProvenRecord => ({
  author: options.author ?? ALICE,
  hint: { path: `agent.comms.message/${rkey}`, action: "create", cid: options.cid ?? `cid-${rkey}`, to },
  rev: "3k22222222222",
  proof: new Uint8Array(options.size ?? 500).fill(rkey.charCodeAt(0)),
});
const retraction = (rkey: string): ProvenRecord => ({ author: ALICE, hint: { path: `agent.comms.message/${rkey}`, action: "delete", to: [] }, rev: "3k33333333333", proof: new Uint8Array(100).fill(7) });

/** A network's relay of a colony with accounts 1, 2 and 3. */
async function colony(test: string): Promise<NetworkUnderTest> {
  const house = networkFor({ test });
  for (const account of [1, 2, 3]) await house.colony.stub.ingest([commitRow(account, 1)]);
  await house.network().advance({ lastSeq: 3 });
  return house;
}

/** A commit of a peer's account that only delivers. */
const peer = (n: number, deliveries: CarriedRow["deliveries"] & object): CarriedRow => ({ ...commitRow(9, n, { epoch: 0, deliveries }), carry: false });
const pull = async ({ network }: NetworkUnderTest, account: number, after = 0) => network().pull({ recipient: did(account), after, limit: 50 });
const gist = (rows: { path: string; action: string }[]) => rows.map(({ path, action }) => `${action} ${path.split("/")[1]}`);

describe("a proven record", () => {
  it("reaches who is meant, with its proof, through a restart, and no reader of the log", async () => {
    const house = await colony("proven");
    const { lastSeq, rows } = await house.network().stats();
    expect(await house.network().deliver([record("a", [did(2), did(3), "did:plc:nobody"]), record("b", [did(2)], { size: 1_999_999 })])).toEqual({ ok: true, value: null });
    await until("they are woken", () => new Set(house.wakes.map((wake) => wake.did)).size === 2);
    await abortAllDurableObjects();
    const pulled = await pull(house, 2);
    expect(pulled).toMatchObject([
      { author: ALICE, path: "agent.comms.message/a", cid: "cid-a", action: "create", seq: lastSeq + 1 },
      { author: ALICE, path: "agent.comms.message/b", cid: "cid-b", action: "create", seq: lastSeq + 2 },
    ]);
    expect(pulled.map(({ frame, proof }) => [frame.length, proof?.length])).toEqual([[0, 500], [0, 1_999_999]]);
    expect(pulled[1]?.proof).toEqual(record("b", [], { size: 1_999_999 }).proof);
    expect(gist(await pull(house, 3))).toEqual(["create a"]);
    expect(await house.network().stats()).toMatchObject({ rows, lastSeq: lastSeq + 2, pendingDeliveries: 3 });
    const listed = await house.network().listRepos({ limit: 100 });
    expect(listed.ok && listed.value.repos.map((repo) => repo.did)).not.toContain(ALICE);
    await house.network().acknowledge({ recipient: did(2), through: lastSeq + 2 });
    expect(await pull(house, 2)).toEqual([]);
  });

  it("is left out when it was sent already, but for those who did not get it", async () => {
    const house = await colony("proven-again");
    await house.network().deliver([record("a", [did(2)])]);
    const [first] = await pull(house, 2);
    await house.network().acknowledge({ recipient: did(2), through: first?.seq ?? 0 });
    await house.network().deliver([record("a", [did(2)]), record("a", [did(2), did(3)])]);
    await house.network().deliver([record("a", [did(2), did(3)])]);
    expect(await pull(house, 2)).toEqual([]);
    expect(gist(await pull(house, 3))).toEqual(["create a"]);
    // Another record at the same path is another message.
    await house.network().deliver([record("a", [did(2)], { cid: "other" })]);
    expect(gist(await pull(house, 2))).toEqual(["create a"]);
  });

  it("is taken back from whoever got it, once", async () => {
    const house = await colony("proven-delete");
    await house.network().deliver([record("a", [did(2), did(3)]), retraction("a"), retraction("a"), retraction("never")]);
    for (const account of [2, 3]) expect(gist(await pull(house, account))).toEqual(["create a", "delete a"]);
    expect(await pull(house, 1)).toEqual([]);
  });

  it("of everybody is one row; nobody of this colony is its author's reason not to be woken", async () => {
    const house = await colony("proven-broadcast");
    await house.network().deliver([record("all", "all")]);
    await until("everybody is woken", () => new Set(house.wakes.map((wake) => wake.did)).size === 3);
    for (const account of [1, 2, 3]) expect(gist(await pull(house, account))).toEqual(["create all"]);
    expect(await house.network().stats()).toMatchObject({ pendingDeliveries: 1 });
  });

  it("of an account that lives here is the colony's own relay's business", async () => {
    const house = await colony("proven-own");
    await house.network().deliver([record("a", [did(2)], { author: did(1) })]);
    expect(await pull(house, 2)).toEqual([]);
  });

  it("of an account that left this colony comes from where it lives now", async () => {
    const house = await colony("proven-left");
    await house.colony.stub.ingest([accountRow(1, 2, "deleted")]);
    await house.network().advance({ lastSeq: 4 });
    await house.network().deliver([record("a", [did(2)], { author: did(1) })]);
    expect(await pull(house, 2)).toMatchObject([{ author: did(1), path: "agent.comms.message/a" }]);
  });

  it("of a stranger whose host became a peer since is known, and can be taken back by its stream", async () => {
    const house = await colony("proven-then-peer");
    await house.network().deliver([record("a", [did(2)], { author: did(9) })]);
    expect(await house.network().ingest({ host: "peer.example.org", seq: 1, rows: [peer(1, [{ path: "agent.comms.message/other", action: "create", cid: "c", to: [did(3)] }])] })).toEqual({ ok: true, value: null });
    await house.network().deliver([record("a", [did(2)], { author: did(9) })]);
    expect(gist(await pull(house, 2))).toEqual(["create a"]);
    await house.network().ingest({ host: "peer.example.org", seq: 2, rows: [peer(2, [{ path: "agent.comms.message/a", action: "delete", to: [] }])] });
    await house.network().ingest({ host: "peer.example.org", seq: 3, rows: [peer(3, [{ path: "agent.comms.message/a", action: "delete", to: [] }])] });
    expect(gist(await pull(house, 2))).toEqual(["create a", "delete a"]);
  });

  it("is refused beyond the limits, and then nothing is taken", async () => {
    const house = await colony("proven-limits");
    expect(await house.network().deliver([record("a", [did(2)]), record("b", [did(2)], { size: 2_000_001 })])).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    expect(await house.network().deliver(Array.from({ length: 101 }, (_, i) => record(`r${i}`, [did(2)])))).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    expect(await pull(house, 2)).toEqual([]);
  });

  it("goes with its author's row when nobody waits for it any more", async () => {
    const house = await colony("proven-swept");
    await house.network().deliver([record("a", [did(2)])]);
    const [first] = await pull(house, 2);
    await house.network().acknowledge({ recipient: did(2), through: first?.seq ?? 0 });
    await house.network().deliver([retraction("a")]);
    const [second] = await pull(house, 2);
    await house.network().acknowledge({ recipient: did(2), through: second?.seq ?? 0 });
    await runInDurableObject(house.network(), (_, { storage: { sql } }) => {
      sql.exec("UPDATE job SET due = 1 WHERE name = 'retention'");
    });
    await abortAllDurableObjects();
    await runInDurableObject(house.network(), (object) => object.alarm());
    const left = await runInDurableObject(house.network(), (_, { storage: { sql } }) => sql.exec("SELECT (SELECT COUNT(*) FROM kept) AS kept, (SELECT COUNT(*) FROM stranger) AS strangers, (SELECT COUNT(*) FROM sent) AS sent").one());
    expect(left).toEqual({ kept: 0, strangers: 0, sent: 0 });
  });
});

describe("an account that moves here from a peer", () => {
  it("gets what is sent from then on, and no broadcast of before", async () => {
    const house = await colony("moved-here");
    await house.network().ingest({ host: "peer.example.org", seq: 1, rows: [peer(1, [{ path: "agent.comms.message/x", action: "create", cid: "c", to: [did(3)] }])] });
    await house.network().deliver([record("old", "all")]);
    const { lastSeq } = await house.colony.stub.stats();
    await house.colony.stub.ingest([commitRow(9, 2)]);
    await house.network().advance({ lastSeq: lastSeq + 1 });
    expect(gist(await pull(house, 9))).toEqual([]);
    await house.network().deliver([record("new", "all"), record("direct", [did(9)])]);
    expect(gist(await pull(house, 9))).toEqual(["create new", "create direct"]);
    expect(gist(await pull(house, 1))).toEqual(["create old", "create new"]);
  });
});

describe("a peer's commit that only delivers", () => {
  it("is swept one day, also when nothing else happens here", async () => {
    const house = await colony("kept-swept");
    await house.network().ingest({ host: "peer.example.org", seq: 1, rows: [peer(1, [{ path: "agent.comms.message/a", action: "create", cid: "c", to: [did(3)] }])] });
    const due = await runInDurableObject(house.network(), (_, { storage: { sql } }) => sql.exec("SELECT name FROM job WHERE name = 'retention'").toArray());
    expect(due).toHaveLength(1);
  });
});

describe("a relay of the first version", () => {
  it("opens with its deliveries, and parks from then on", async () => {
    const relay = relayFor({ test: "deliveries-migration" });
    await runInDurableObject(relay.stub, (_, { storage }) => {
      const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'").toArray();
      for (const { name } of tables) storage.sql.exec(`DROP TABLE ${name}`);
      migrate(storage, 1);
      const { frame, seqAt } = commitRow(1, 1);
      const whole = new Uint8Array([...frame.subarray(0, seqAt), 1, ...frame.subarray(seqAt)]);
      for (const account of [1, 2]) storage.sql.exec("INSERT INTO repos (id, did, epoch, n, active, seq, acked) VALUES (?, ?, 1, 1, 1, 1, 0)", account, did(account));
      storage.sql.exec("INSERT INTO log (seq, repo, prev, at, size, frame) VALUES (1, 1, 0, 1, ?, ?)", whole.length, whole);
      storage.sql.exec("INSERT INTO delivery (recipient, seq, op, author, path, cid, action) VALUES (2, 1, 0, 1, 'agent.comms.message/a', 'cid-a', 'create')");
      storage.sql.exec("UPDATE state SET seq = 1, bytes = ?", whole.length);
    });
    await abortAllDurableObjects();
    expect(await relay.again().pull({ recipient: did(2), after: 0, limit: 10, again: true })).toMatchObject([{ seq: 1, author: did(1), path: "agent.comms.message/a", cid: "cid-a" }]);
    await relay.again().park({ recipient: did(2), seq: 1, path: "agent.comms.message/a", reason: "why not", tries: 4 });
    expect(await relay.again().stats()).toMatchObject({ parkedDeliveries: 1, pendingDeliveries: 0 });
  });
});
