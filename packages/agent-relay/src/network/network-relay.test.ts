import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ownCommit, revOf } from "../../test/colony.ts";
import { networkFor, replay } from "../../test/network.ts";
import { accountRow, did, identityRow, until, upTo } from "../../test/relay.ts";
import { COUNT_LIFE_MS, COUNT_REMEMBERED_FROM } from "../settings.ts";
import type { CarriedRow } from "./network-api.ts";

const HOST = "peer.example.com";
const OTHER = "other.example.com";

const carried = (row: Omit<CarriedRow, "carry"> & { carry?: boolean }): CarriedRow => ({ carry: true, ...row, epoch: 0 });
const commits = (account: number, from: number, count: number) => upTo(from + count - 1, from).map((n) => carried(ownCommit(account, n)));

describe("a peer's batch", () => {
  it("is taken in one order with one seq each, whatever accounts it is of, and repeats are left out", async () => {
    const house = networkFor({ test: "batch" });
    const batch = [...commits(1, 1, 2), ...commits(2, 3, 1), ...commits(1, 4, 1)];
    expect(await house.network().ingest({ host: HOST, rows: batch })).toEqual({ ok: true, value: null });
    expect(await house.network().ingest({ host: HOST, rows: batch })).toEqual({ ok: true, value: null });
    expect(await house.network().ingest({ host: HOST, rows: [...commits(1, 4, 2)] })).toMatchObject({ ok: true });
    expect(await replay(house)).toEqual([`1 #commit ${revOf(1)}`, `1 #commit ${revOf(2)}`, `2 #commit ${revOf(3)}`, `1 #commit ${revOf(4)}`, `1 #commit ${revOf(5)}`]);
    expect(await house.network().stats()).toMatchObject({ lastSeq: 5, rows: 5 });
    expect(await house.network().listRepos({ limit: 10 })).toMatchObject({ value: { repos: [{ did: did(1), rev: revOf(5), active: true }, { did: did(2), rev: revOf(3) }] } });
    expect(await house.network().repo(did(1))).toMatchObject({ host: HOST, rev: revOf(5), active: true });
  });

  it.each<[string, string, CarriedRow[]]>([
    ["rows of one account out of order", HOST, [...commits(1, 2, 1), ...commits(1, 1, 1)]],
    ["more rows than may be", HOST, commits(1, 1, 1_001)],
    ["a host without a name", "", commits(1, 1, 1)],
    ["a seqAt outside its frame", HOST, [{ ...carried(ownCommit(1, 1)), seqAt: 1e6 }]],
  ])("with %s is refused whole", async (_, host, rows) => {
    const house = networkFor({ test: "refused" });
    expect(await house.network().ingest({ host, rows })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    expect(await house.network().stats()).toMatchObject({ lastSeq: 0, rows: 0 });
  });

  it("that fails in the middle leaves nothing, in memory or on disk", async () => {
    const house = networkFor({ test: "fault" });
    house.controls.faultAt = "network.ingest.transaction";
    await runInDurableObject(house.network(), (network) => expect(network.ingest({ host: HOST, rows: commits(1, 1, 3) })).rejects.toThrow("injected"));
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 10 })).toEqual({ ok: true, value: { repos: [] } });
    await house.network().ingest({ host: HOST, rows: commits(1, 1, 3) });
    expect(await replay(house)).toHaveLength(3);
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 10 })).toEqual({ ok: true, value: { repos: [{ did: did(1) }] } });
  });

  it("does not show accounts that are not carried, until they are", async () => {
    const house = networkFor({ test: "carry" });
    await house.network().ingest({ host: HOST, rows: [{ ...carried(ownCommit(1, 1)), carry: false }, carried(ownCommit(2, 2))] });
    expect(await house.network().repo(did(1))).toBeUndefined();
    expect(await house.network().listRepos({ limit: 10 })).toMatchObject({ value: { repos: [{ did: did(2) }] } });
    await house.network().ingest({ host: HOST, rows: [carried(ownCommit(1, 3))] });
    expect(await house.network().repo(did(1))).toMatchObject({ rev: revOf(3) });
    expect(await replay(house)).toEqual([`2 #commit ${revOf(2)}`, `1 #commit ${revOf(3)}`]);
  });
});

describe("an account that moves", () => {
  it("is of the host that has its newest commit; what the old one says later is left out", async () => {
    const house = networkFor({ test: "move" });
    await house.network().ingest({ host: HOST, rows: [...commits(1, 50, 2), carried(accountRow(1, 52, "deactivated"))] });
    await house.network().ingest({ host: OTHER, rows: [carried(identityRow(1, 1)), { ...carried(ownCommit(1, 60)), n: 2 }] });
    expect(await house.network().repo(did(1))).toMatchObject({ host: OTHER, rev: revOf(60), active: true });
    await house.network().ingest({ host: HOST, rows: [...commits(1, 53, 2), carried(accountRow(1, 55, "deleted"))] });
    expect(await house.network().repo(did(1))).toMatchObject({ host: OTHER, rev: revOf(60), active: true });
    expect((await replay(house)).slice(2)).toEqual(["1 #account deactivated", `1 #commit ${revOf(60)}`]);
  });

  it("is believed to be here when the colony's own log has its newest commit", async () => {
    const house = networkFor({ test: "move-here" });
    await house.network().ingest({ host: HOST, rows: commits(1, 1, 2) });
    await house.colony.stub.ingest([identityRow(1, 1), accountRow(1, 2), { ...ownCommit(1, 9), n: 3 }]);
    expect(await house.network().repo(did(1))).toMatchObject({ host: "", rev: revOf(9), active: true });
  });
});

describe("a deleted account", () => {
  it("leaves its #account event, no other, and no trace in lists", async () => {
    const house = networkFor({ test: "deleted" });
    await house.network().ingest({ host: HOST, rows: [...commits(1, 1, 300), ...commits(2, 301, 2)] });
    await house.network().ingest({ host: HOST, rows: [carried(accountRow(1, 400, "deleted"))] });
    await until("the purge", async () => {
      await runInDurableObject(house.network(), (network) => network.alarm());
      return (await house.network().stats()).rows === 3;
    });
    expect(await replay(house)).toEqual([`2 #commit ${revOf(301)}`, `2 #commit ${revOf(302)}`, "1 #account deleted"]);
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 10 })).toEqual({ ok: true, value: { repos: [{ did: did(2) }] } });
    expect(await house.network().listRepos({ limit: 10 })).toMatchObject({ value: { repos: [{ did: did(2) }] } });
    expect(await house.network().hosts([HOST])).toMatchObject([{ accounts: 1 }]);
  });
});

describe("hosts", () => {
  it("are known by what is carried of them; one that is forgotten is gone, and may come back", async () => {
    const house = networkFor({ test: "hosts" });
    await house.colony.stub.ingest([{ ...ownCommit(9, 1) }]);
    await house.network().ingest({ host: HOST, rows: commits(1, 1, 2), seq: 2 });
    await house.network().ingest({ host: OTHER, rows: [...commits(2, 7, 1), ...commits(3, 8, 1)], seq: 8 });
    expect(await house.network().hosts(["", HOST, "nobody.example.com", OTHER])).toMatchObject([
      { host: "", accounts: 1, seq: 1 }, { host: HOST, accounts: 1, seq: 2 }, { host: OTHER, accounts: 2, seq: 8 },
    ]);
    await house.network().forgetHost(OTHER);
    expect(await house.network().hosts([OTHER])).toEqual([]);
    expect(await house.network().repo(did(2))).toBeUndefined();
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 10 })).toMatchObject({ value: { repos: [{ did: did(1) }, { did: did(9) }] } });
    // Its seqs may have started anew; commits that are known are not repeated.
    await house.network().ingest({ host: OTHER, rows: [{ ...carried(ownCommit(2, 7)), n: 1 }, { ...carried(ownCommit(2, 8)), n: 2 }] });
    expect(await house.network().repo(did(2))).toMatchObject({ host: OTHER, rev: revOf(8) });
    expect((await replay(house)).filter((line) => line.startsWith("2"))).toEqual([`2 #commit ${revOf(7)}`, `2 #commit ${revOf(8)}`]);
  });

  it("that were forgotten and are read from the beginning repeat nothing, nor what was held back, though an account's first #sync is among it", async () => {
    const house = networkFor({ test: "hosts-again" });
    await house.colony.stub.ingest([{ ...ownCommit(9, 1) }]);
    const told = (n: number, to?: string[] | "all") =>
      carried(ownCommit(1, n, { collection: "agent.comms.message", deliveries: to === undefined ? [] : [{ path: `agent.comms.message/${n}`, cid: "cid", action: "create", to }] }));
    const born = [told(1), { ...told(1), n: 2, kind: "sync" as const }];
    const heard = [...born, { ...told(3, [did(9)]), n: 3 }, { ...told(4), n: 4 }, { ...told(5, [did(9)]), n: 5 }];
    await house.network().ingest({ host: HOST, rows: heard });
    const through = (await replay(house)).length;
    await house.network().acknowledge({ recipient: did(9), through });
    await house.network().forgetHost(HOST);
    // What the fourth commit says to everybody was not delivered when it came; by now it would be.
    await house.network().ingest({ host: HOST, rows: [...born, { ...told(3, [did(9)]), n: 3 }, { ...told(4, "all"), n: 4 }, { ...told(5, [did(9)]), n: 5 }, { ...told(6, [did(9)]), n: 6 }] });
    expect(await house.network().pull({ recipient: did(9), after: 0, limit: 10 })).toMatchObject([{ path: "agent.comms.message/6" }]);
    expect((await replay(house)).slice(through)).toEqual([`1 #commit ${revOf(6)}`]);
    expect(await house.network().repo(did(1))).toMatchObject({ host: HOST, rev: revOf(6) });
  });

  it("may be narrowed to some of their accounts", async () => {
    const house = networkFor({ test: "narrowed" });
    await house.colony.stub.ingest([{ ...ownCommit(9, 1) }]);
    await house.network().ingest({ host: HOST, rows: commits(1, 1, 1), seq: 1 });
    await house.network().ingest({ host: OTHER, rows: [...commits(2, 7, 1), ...commits(3, 8, 1)], seq: 8 });
    await house.network().forgetHost(OTHER, [did(3), did(9)]);
    expect(await house.network().hosts([OTHER])).toMatchObject([{ accounts: 1, seq: 8 }]);
    expect(await house.network().repo(did(2))).toBeUndefined();
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 10 })).toMatchObject({ value: { repos: [{ did: did(1) }, { did: did(3) }, { did: did(9) }] } });
    await house.network().forgetHost(OTHER, []);
    expect(await house.network().hosts([OTHER])).toMatchObject([{ accounts: 0 }]);
    await house.network().ingest({ host: OTHER, rows: [{ ...carried(ownCommit(2, 8)), n: 20 }] });
    expect(await house.network().repo(did(2))).toMatchObject({ host: OTHER, rev: revOf(8) });
  });

  it("with many accounts are not counted anew each time that anybody asks", async () => {
    const house = networkFor({ test: "host-counts" });
    const countOf = async (host: string) => (await house.network().hosts([host]))[0]?.accounts;
    await house.network().ingest({ host: HOST, rows: commits(1, 1, 1) });
    await house.colony.stub.ingest([{ ...ownCommit(2, 1) }]);
    const add = (host: string, from: number, count: number) =>
      runInDurableObject(house.network(), (_, { storage: { sql } }) => {
        for (let i = from; i < from + count; i++)
          sql.exec("INSERT INTO repos (did, host, epoch, n, head, active, seq, acked, carried) VALUES (?, ?, 0, 0, 'head', 1, 0, 0, 1)", `did:plc:${host}${i}`, host);
      });
    for (const host of [HOST, ""]) {
      expect(await countOf(host)).toBe(1);
      await add(host, 0, 1);
      // Few are counted at once.
      expect(await countOf(host)).toBe(2);
      await add(host, 1, COUNT_REMEMBERED_FROM);
      expect(await countOf(host)).toBe(COUNT_REMEMBERED_FROM + 2);
      await add(host, COUNT_REMEMBERED_FROM + 1, 1);
      expect(await countOf(host)).toBe(COUNT_REMEMBERED_FROM + 2);
      house.colony.controls.clockAhead += COUNT_LIFE_MS + 1;
      expect(await countOf(host)).toBe(COUNT_REMEMBERED_FROM + 3);
    }
  });

  it("page through collections", async () => {
    const house = networkFor({ test: "by-collection" });
    for (const account of [1, 2, 3, 4]) await house.network().ingest({ host: HOST, rows: [carried(ownCommit(account, account, { collection: account === 2 ? "agent.comms.message" : "com.example.note" }))] });
    const first = await house.network().listReposByCollection({ collection: "com.example.note", limit: 2 });
    expect(first).toEqual({ ok: true, value: { repos: [{ did: did(1) }, { did: did(3) }], cursor: "3" } });
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 2, cursor: "3" })).toEqual({ ok: true, value: { repos: [{ did: did(4) }] } });
    expect(await house.network().listReposByCollection({ collection: "com.example.note", limit: 2, cursor: "x" })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });
});

describe("messages from outside", () => {
  const message = (account: number, n: number, to: string[] | "all", more: Partial<CarriedRow> = {}) =>
    ({ ...carried(ownCommit(account, n, { collection: "agent.comms.message", deliveries: [{ path: `agent.comms.message/${n}`, cid: "cid", action: "create", to }] })), ...more });

  it("reach an account of this colony that was not followed yet", async () => {
    const house = networkFor({ test: "unknown-recipient" });
    await house.colony.stub.ingest([{ ...ownCommit(9, 1) }]);
    await house.network().ingest({ host: HOST, rows: [message(1, 1, [did(9), did(8)])] });
    expect(await house.network().pull({ recipient: did(9), after: 0, limit: 10 })).toMatchObject([{ author: did(1), path: "agent.comms.message/1", action: "create" }]);
    await until("the wake", () => house.wakes.some((wake) => wake.did === did(9)));
    expect(await house.network().pull({ recipient: did(8), after: 0, limit: 10 })).toEqual([]);
    expect(await house.network().pull({ recipient: did(1), after: 0, limit: 10 })).toEqual([]);
  });

  it("are not taken while it cannot be known who lives here", async () => {
    const house = networkFor({ test: "colony-down" });
    house.controls.colonyIsDown = true;
    expect(await house.network().ingest({ host: HOST, rows: [message(1, 1, [did(9)])] })).toMatchObject({ ok: false, error: { status: 503 } });
    expect(await house.network().stats()).toMatchObject({ lastSeq: 0 });
    expect(await house.network().ingest({ host: HOST, rows: commits(2, 1, 1) })).toMatchObject({ ok: true });
  });

  it("of an account that is not carried are kept for their recipients alone", async () => {
    const house = networkFor({ test: "deliver-only" });
    await house.colony.stub.ingest([{ ...ownCommit(9, 1) }]);
    const row = message(1, 1, [did(9)], { carry: false });
    await house.network().ingest({ host: HOST, rows: [row] });
    await house.network().ingest({ host: HOST, rows: [row] });
    const pulled = await house.network().pull({ recipient: did(9), after: 0, limit: 10 });
    expect(pulled).toMatchObject([{ author: did(1), path: "agent.comms.message/1" }]);
    expect(await replay(house)).toEqual([`9 #commit ${revOf(1)}`]);
    await abortAllDurableObjects();
    expect((await house.network().pull({ recipient: did(9), after: 0, limit: 10 }))[0]?.frame.length).toBeGreaterThan(row.frame.length);
    await house.network().acknowledge({ recipient: did(9), through: pulled[0]?.seq ?? 0 });
    expect(await house.network().pull({ recipient: did(9), after: 0, limit: 10 })).toEqual([]);
  });

  it("to everybody reach everybody here, and nobody elsewhere", async () => {
    const house = networkFor({ test: "broadcast" });
    await house.colony.stub.ingest([{ ...ownCommit(8, 1) }]);
    await house.colony.stub.ingest([{ ...ownCommit(9, 1) }]);
    await house.network().ingest({ host: HOST, rows: [...commits(2, 1, 1), message(1, 2, "all")] });
    for (const account of [8, 9]) expect(await house.network().pull({ recipient: did(account), after: 0, limit: 10 })).toMatchObject([{ author: did(1) }]);
    await until("both wakes", () => house.wakes.length === 2);
    expect(house.wakes.map((wake) => wake.did).toSorted()).toEqual([did(8), did(9)].toSorted());
    expect(await house.network().pull({ recipient: did(2), after: 0, limit: 10 })).toEqual([]);
  });

  it("of the colony's own accounts are not delivered a second time", async () => {
    const house = networkFor({ test: "own" });
    await house.colony.stub.ingest([{ ...ownCommit(8, 1) }]);
    await house.colony.stub.ingest([{ ...ownCommit(9, 1, { collection: "agent.comms.message", deliveries: [{ path: "agent.comms.message/1", cid: "cid", action: "create", to: [did(8)] }] }) }]);
    expect(await replay(house)).toHaveLength(2);
    expect(await house.colony.stub.pull({ recipient: did(8), after: 0, limit: 10 })).toHaveLength(1);
    expect(await house.network().pull({ recipient: did(8), after: 0, limit: 10 })).toEqual([]);
  });
});
