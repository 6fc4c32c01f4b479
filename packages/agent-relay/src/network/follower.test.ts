import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ownCommit, revOf } from "../../test/colony.ts";
import { networkFor, replay, type NetworkUnderTest } from "../../test/network.ts";
import { accountRow, did, identityRow, subscribe, until, upTo } from "../../test/relay.ts";
import { migrate } from "../schema.ts";
import { FOLLOW_PAUSE_MS, FOLLOW_RETRY_MS, FOLLOW_SLICE_ROWS } from "../settings.ts";

const write = async ({ colony, name }: NetworkUnderTest, account: number, from: number, count = 1) => {
  const taken = await colony.again().ingest(upTo(from + count - 1, from).map((n) => ownCommit(account, n, { colony: name })));
  if (!taken.ok) throw new Error(taken.error.message);
};

describe("following the colony's log", () => {
  it("gives own events new seqs, in order, between those of peers, and changes nothing else in them", async () => {
    const house = networkFor({ test: "resequence" });
    await house.network().ingest({ host: "peer.example.com", rows: [{ ...ownCommit(5, 1), epoch: 0 }] });
    await house.colony.stub.ingest([identityRow(1, 1), accountRow(1, 2)]);
    await write(house, 1, 3, 2);
    await house.colony.stub.ingest([accountRow(1, 5, "deactivated")]);
    const reader = await subscribe(house.network(), 0);
    await until("all", () => reader.seqs.length === 6);
    expect(reader.seqs).toEqual(upTo(6));
    const direct = await subscribe(house.colony.stub, 0);
    await until("all of the colony's", () => direct.seqs.length === 5);
    const withoutSeq = (frame: object) => JSON.parse(JSON.stringify(frame, (key, value: unknown) => (key === "seq" ? undefined : value))) as unknown;
    expect(reader.frames.slice(1).map(withoutSeq)).toEqual(direct.frames.map(withoutSeq));
    expect(await house.network().repo(did(1))).toMatchObject({ host: "", rev: revOf(4), active: false, status: "deactivated" });
  });

  it("brings live readers what is new at once", async () => {
    const house = networkFor({ test: "live", followed: true });
    await write(house, 1, 1);
    const reader = await subscribe(house.network());
    for (let n = 2; n <= 40; n++) await write(house, 1, n);
    await until("all that is new", () => reader.seqs.length === 39);
    expect(reader.seqs).toEqual(upTo(40, 2));
  });

  it("takes more than a slice", async () => {
    const house = networkFor({ test: "slices" });
    const count = 2 * FOLLOW_SLICE_ROWS + 7;
    for (let n = 1; n <= count; n += 500) await write(house, 1, n, Math.min(500, count - n + 1));
    await house.network().listRepos({ limit: 1 });
    expect(await house.network().stats()).toMatchObject({ rows: count, followedThrough: count });
  });

  it("goes on after a crash, without loss or repeat", async () => {
    const house = networkFor({ test: "crash" });
    for (const point of ["network.follow.transaction", "network.follow.committed"] as const) {
      await write(house, 1, point.endsWith("committed") ? 4 : 1, 3);
      house.controls.faultAt = point;
      await runInDurableObject(house.network(), (network) => expect(network.advance({ lastSeq: 3 })).rejects.toThrow("injected"));
      await abortAllDurableObjects();
    }
    await house.network().advance({ lastSeq: 6 });
    expect(await replay(house)).toEqual(upTo(6).map((n) => `1 #commit ${revOf(n)}`));
  });

  it("purges here what was purged there", async () => {
    const house = networkFor({ test: "purge" });
    await write(house, 1, 1, 3);
    await write(house, 2, 1, 1);
    await house.network().listRepos({ limit: 1 });
    await house.colony.stub.ingest([accountRow(1, 4, "deleted")]);
    expect(await replay(house)).toEqual([`2 #commit ${revOf(1)}`, "1 #account deleted"]);
  });

  it("is lazy while nobody reads, and diligent once somebody does", async () => {
    const house = networkFor({ test: "lazy", followed: true });
    await write(house, 1, 1);
    await until("the first word", () => house.controls.reads === 1);
    for (let n = 2; n <= 30; n++) await write(house, 1, n);
    expect(house.controls.reads).toBe(1);
    expect(await house.network().stats()).toMatchObject({ followedThrough: 1 });
    // A query is answered with what is new all the same.
    expect(await house.network().repo(did(1))).toMatchObject({ rev: revOf(30) });
    const reader = await subscribe(house.network());
    await write(house, 1, 31);
    await until("what is new", () => reader.seqs.length === 1);
    reader.ws.close();
    await until("nobody", async () => (await house.network().stats()).subscribers === 0);
    await write(house, 1, 32);
    await until("the last word", async () => (await house.network().stats()).followedThrough === 32);
    await write(house, 1, 33);
    // What came during the pause is told when it ends, though nothing else happens.
    house.colony.controls.clockAhead = FOLLOW_PAUSE_MS + 1_000;
    await runInDurableObject(house.colony.again(), (relay) => relay.alarm());
    await until("what came during the pause", async () => (await house.network().stats()).followedThrough === 33);
  });

  it("never hurts the colony when it fails, and is told again", async () => {
    const house = networkFor({ test: "harmless", followed: true });
    house.controls.faultAt = "network.follow.transaction";
    await write(house, 1, 1);
    await until("the failure", () => house.controls.faultAt === undefined);
    await write(house, 1, 2);
    house.colony.controls.clockAhead = 60_000;
    await until("the second word", async () => {
      await runInDurableObject(house.colony.again(), (relay) => relay.alarm());
      return (await house.network().stats()).followedThrough === 2;
    });
    expect(await replay(house)).toHaveLength(2);
  });
});

describe("a hole in the colony's log", () => {
  /** Prune everything that the colony has. */
  const prune = async ({ colony }: NetworkUnderTest) => {
    colony.controls.clockAhead += 3_600_000;
    for (let i = 0; i < 4; i++) await runInDurableObject(colony.again(), (relay) => relay.alarm());
    expect(await colony.again().stats()).toMatchObject({ rows: 0 });
  };

  it("is closed with where every account stands that has moved on, and with nothing for the others", async () => {
    const house = networkFor({ test: "hole", limits: { maxAgeMs: 1_000 } });
    for (const account of [1, 2, 3, 4]) await write(house, account, 1);
    await house.network().listRepos({ limit: 1 });
    await write(house, 1, 2, 3);
    await house.colony.stub.ingest([accountRow(2, 2, "suspended")]);
    house.controls.inactive.set(did(2), "suspended");
    await house.colony.stub.ingest([accountRow(3, 2, "deleted")]);
    house.controls.gone.add(did(3));
    await write(house, 5, 1);
    await prune(house);
    await write(house, 4, 2);
    expect((await replay(house)).filter((line) => !line.startsWith("3 #commit")).slice(3)).toEqual([
      "1 #identity agent-1.test", `1 #sync ${revOf(4)}`, "2 #account suspended", "4 #identity agent-4.test", `4 #sync ${revOf(2)}`,
      "5 #account active", "5 #identity agent-5.test", `5 #sync ${revOf(1)}`, "3 #account deleted",
    ]);
    // What stood behind the hole is known by its rev and not said twice; the next event goes on.
    await write(house, 4, 3);
    expect((await replay(house)).at(-1)).toBe(`4 #commit ${revOf(3)}`);
    expect(await house.network().listRepos({ limit: 10 })).toMatchObject({
      value: { repos: [{ did: did(1), rev: revOf(4) }, { did: did(2), active: false, status: "suspended" }, { did: did(4), rev: revOf(3) }, { did: did(5), rev: revOf(1) }] },
    });
  });

  it("stays owed to an account that does not answer, which is asked again", async () => {
    const house = networkFor({ test: "owed", limits: { maxAgeMs: 1_000 } });
    await write(house, 1, 1);
    await write(house, 2, 1);
    await house.network().listRepos({ limit: 1 });
    await write(house, 1, 2);
    await write(house, 2, 2);
    await prune(house);
    house.controls.silent.add(did(1));
    expect((await replay(house)).slice(2)).toEqual(["2 #identity agent-2.test", `2 #sync ${revOf(2)}`]);
    await abortAllDurableObjects();
    house.controls.silent.clear();
    house.colony.controls.clockAhead += FOLLOW_RETRY_MS + 1;
    await runInDurableObject(house.network(), (network) => network.alarm());
    expect((await replay(house)).slice(4)).toEqual(["1 #identity agent-1.test", `1 #sync ${revOf(2)}`]);
  });

  it("has an account that does not answer asked again and again, in longer and longer pauses", async () => {
    const house = networkFor({ test: "owed-long", limits: { maxAgeMs: 1_000 } });
    await write(house, 1, 1);
    await prune(house);
    house.controls.silent.add(did(1));
    const triesAfter = async (ms: number) => {
      house.colony.controls.clockAhead += ms;
      await runInDurableObject(house.network(), (network) => network.alarm());
      return house.controls.lists;
    };
    expect(await house.network().listRepos({ limit: 1 })).toMatchObject({ value: { repos: [] } });
    expect(await triesAfter(FOLLOW_RETRY_MS + 1)).toBe(2);
    expect(await triesAfter(FOLLOW_RETRY_MS + 1)).toBe(2);
    expect(await triesAfter(FOLLOW_RETRY_MS + 1)).toBe(3);
  });

  it("before the first event ever followed is one too", async () => {
    const house = networkFor({ test: "late-start", limits: { maxAgeMs: 1_000 } });
    await write(house, 1, 1, 2);
    await prune(house);
    expect(await replay(house)).toEqual(["1 #account active", "1 #identity agent-1.test", `1 #sync ${revOf(2)}`]);
  });

  it("in what the colony knows of its accounts does not delete them", async () => {
    const house = networkFor({ test: "forgotten" });
    await write(house, 1, 1, 2);
    await write(house, 2, 1, 1);
    await house.network().listRepos({ limit: 1 });
    await runInDurableObject(house.colony.stub, (_, state) => {
      state.storage.sql.exec("DELETE FROM log WHERE seq > 1");
      state.storage.sql.exec("UPDATE state SET seq = 1");
      state.storage.sql.exec("DELETE FROM repos WHERE did = ?", did(2));
    });
    await abortAllDurableObjects();
    expect(await replay(house)).toHaveLength(3);
    expect(await house.network().repo(did(2))).toMatchObject({ active: true, rev: revOf(1) });
  });

  /** What a backup holds of the colony's relay: events up to `seq`, and account 1 as of then. */
  const restore = async ({ colony, name }: NetworkUnderTest, seq: number) => {
    await runInDurableObject(colony.again(), (_, { storage: { sql } }) => {
      sql.exec("DELETE FROM log WHERE seq > ?", seq);
      sql.exec("DELETE FROM seq_gap WHERE through > ?", seq);
      sql.exec("UPDATE state SET seq = ?", seq);
      sql.exec("UPDATE repos SET n = ?1, rev = ?2, head = ?3, seq = ?1", seq, revOf(seq), ownCommit(1, seq).head ?? "");
    });
    ownCommit(1, seq, { colony: name });
    colony.controls.clockAhead += 60_000;
    await abortAllDurableObjects();
  };

  it("is noticed after a backup whose seqs go on above those that were lost", async () => {
    const house = networkFor({ test: "backup-floor", seqFloor: true });
    await write(house, 1, 1, 5);
    await house.network().listRepos({ limit: 1 });
    await restore(house, 2);
    expect((await replay(house)).slice(5)).toEqual(["1 #identity agent-1.test", `1 #sync ${revOf(2)}`]);
    await write(house, 1, 3);
    expect((await replay(house)).slice(7)).toEqual([`1 #commit ${revOf(3)}`]);
    // Said once; what is followed from here on is as it was.
    await abortAllDurableObjects();
    expect(await replay(house)).toHaveLength(8);
  });

  it("is nothing to speak of when only the colony's list went back: each account is believed itself", async () => {
    const house = networkFor({ test: "backup-alone", seqFloor: true });
    for (const account of [2, 3]) await write(house, account, 1);
    await write(house, 1, 1, 5);
    await house.colony.stub.ingest([accountRow(2, 2, "deactivated")]);
    await house.colony.stub.ingest([accountRow(3, 2, "deleted")]);
    const said = (await replay(house)).length;
    await restore(house, 4);
    await runInDurableObject(house.colony.again(), (_, { storage: { sql } }) => {
      sql.exec("UPDATE repos SET active = 1, status = NULL WHERE did <> ?", did(1));
    });
    await abortAllDurableObjects();
    ownCommit(1, 5, { colony: house.name });
    house.controls.inactive.set(did(2), "deactivated");
    house.controls.gone.add(did(3));
    expect(await replay(house)).toHaveLength(said);
    expect(house.controls.lists).toBe(1);
    expect(await house.network().stats()).toMatchObject({ followedThrough: 4 });
  });

  it("is noticed after a backup though the colony went on, and was started again, before it was asked", async () => {
    const house = networkFor({ test: "backup-later", seqFloor: true });
    await write(house, 1, 1, 5);
    await house.network().listRepos({ limit: 1 });
    await restore(house, 2);
    await write(house, 1, 3);
    house.colony.controls.clockAhead += 60_000;
    await abortAllDurableObjects();
    await write(house, 2, 1);
    expect((await replay(house)).slice(5)).toEqual(["1 #identity agent-1.test", `1 #sync ${revOf(3)}`, "2 #account active", "2 #identity agent-2.test", `2 #sync ${revOf(1)}`]);
  });

  it("is not taken for one when the colony is only started again, however often", async () => {
    const house = networkFor({ test: "started-again", seqFloor: true });
    await write(house, 1, 1, 2);
    for (let start = 0; start < 3; start++) {
      await house.network().listRepos({ limit: 1 });
      house.colony.controls.clockAhead += 60_000;
      await abortAllDurableObjects();
    }
    await write(house, 1, 3);
    await house.network().listRepos({ limit: 1 });
    expect(house.controls.lists).toBe(0);
    expect(await replay(house)).toEqual(upTo(3).map((n) => `1 #commit ${revOf(n)}`));
  });

  it("is what a colony leaves that went back to a backup: accounts are said to stand where they do, and what is new counts", async () => {
    const house = networkFor({ test: "backup" });
    await write(house, 1, 1, 5);
    await house.network().listRepos({ limit: 1 });
    // As a restored backup has it: the log ends earlier, and so does what is known of the account.
    await runInDurableObject(house.colony.stub, (_, state) => {
      state.storage.sql.exec("DELETE FROM log WHERE seq > 2");
      state.storage.sql.exec("UPDATE state SET seq = 2");
      state.storage.sql.exec("UPDATE repos SET n = 2, rev = ?, head = ?, seq = 2", revOf(2), ownCommit(1, 2).head ?? "");
    });
    await abortAllDurableObjects();
    ownCommit(1, 2, { colony: house.name });
    expect((await replay(house)).slice(5)).toEqual(["1 #identity agent-1.test", `1 #sync ${revOf(2)}`]);
    await write(house, 1, 3);
    expect((await replay(house)).slice(7)).toEqual([`1 #commit ${revOf(3)}`]);
    expect(await house.network().stats()).toMatchObject({ followedThrough: 3 });
  });
});

describe("a relay of an earlier version", () => {
  it("lists its accounts as before, and can be followed", async () => {
    const house = networkFor({ test: "migration" });
    await write(house, 1, 1);
    await runInDurableObject(house.colony.stub, (_, { storage: { sql }, storage }) => {
      const [event] = sql.exec<{ size: number; frame: ArrayBuffer }>("SELECT size, frame FROM log").toArray();
      const [repo] = sql.exec<{ did: string; head: string; rev: string }>("SELECT did, head, rev FROM repos").toArray();
      if (event === undefined || repo === undefined) throw new Error("nothing was written");
      const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'").toArray();
      for (const { name } of tables) sql.exec(`DROP TABLE ${name}`);
      migrate(storage, 4);
      sql.exec("INSERT INTO repos (id, did, epoch, n, head, rev, active, seq, acked) VALUES (1, ?, 1, 1, ?, ?, 1, 1, 0)", repo.did, repo.head, repo.rev);
      sql.exec("INSERT INTO log (seq, repo, prev, at, size, frame) VALUES (1, 1, 0, 1, ?, ?)", event.size, event.frame);
      sql.exec("UPDATE state SET seq = 1, bytes = ?", event.size);
    });
    await abortAllDurableObjects();
    expect(await house.colony.again().listRepos({ limit: 10 })).toMatchObject({ value: { repos: [{ did: did(1), rev: revOf(1) }] } });
    expect(await replay(house)).toEqual([`1 #commit ${revOf(1)}`]);
  });
});
