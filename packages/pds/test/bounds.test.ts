import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { openState } from "../src/state.ts";
import { insertMessage, readMessages, trimInbox } from "../src/store/inbox.ts";
import { Writer, commitGroup } from "../src/write/writer.ts";
import { create, makeAgent, op, value } from "./agents.ts";
import { world } from "./worker.ts";

const COLLECTION = "com.example.note";

/** A second view of an object's storage, for what cannot be brought about from outside. */
const stateOf = (storage: DurableObjectStorage) =>
  openState(storage, { relay: world.relay, registry: world.registry, directory: world.directory, sources: { colony: world.relay }, records: { keysOf: async () => [], prove: async () => undefined, proof: async () => undefined },
    masterKey: world.masterKey, plcUrl: "", origin: "", rateLimits: false, deleteBlobs: async () => {} });

describe("bounds", () => {
  it("of waiting writes: the next one is told to come later, the others are done", async () => {
    const { stub, api } = await makeAgent();
    const answers = await runInDurableObject(stub, (_, { storage }) => {
      const writer = new Writer(stateOf(storage));
      return Promise.all(Array.from({ length: 600 }, (__, i) => writer.write({ ops: [create(`k${i}`)] })));
    });
    const refused = answers.filter((answer) => !answer.ok);
    // The first goes at once, 512 wait.
    expect(refused.length).toBe(600 - 513);
    for (const answer of refused) expect(answer).toMatchObject({ error: { status: 429, name: "RateLimitExceeded" } });
    // They came together, and 200 ops share a commit.
    expect(new Set(answers.flatMap((answer) => (answer.ok ? [answer.value.commit?.rev] : []))).size).toBe(4);
    expect(value(await api.listRecords({ collection: COLLECTION, limit: 1000 })).records.length).toBe(513);
  });

  it("of waiting bytes", async () => {
    const { api } = await makeAgent();
    const big = (i: number) => op({ action: "create", collection: COLLECTION, rkey: `k${i}`, record: { text: `${i}`.padEnd(900_000, ".") } });
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => api.write({ ops: [big(i)] })));
    expect(answers.some((answer) => !answer.ok && answer.error.status === 429)).toBe(true);
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(8);
  });

  it("of a page of large records: it ends early, with a cursor", async () => {
    const { api } = await makeAgent();
    for (let i = 0; i < 10; i++) value(await api.write({ ops: [op({ action: "create", collection: COLLECTION, rkey: `k${i}`, record: { text: `${i}`.padEnd(990_000, ".") } })] }));
    const first = value(await api.listRecords({ collection: COLLECTION, limit: 100 }));
    const rest = value(await api.listRecords({ collection: COLLECTION, limit: 100, cursor: first.cursor ?? "" }));
    expect([first.records.length, rest.records.length]).toEqual([8, 2]);
  });

  it("of the inbox: the oldest go", async () => {
    const { stub } = await makeAgent();
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const message = (i: number) => ({ identity: `m${i}`, seq: i, author: "did:plc:x", path: `c/${i}`, rev: `3k${i}`, action: "create" as const });
      expect(insertMessage(sql, message(1), "colony", "now")).toBe(true);
      expect(insertMessage(sql, message(1), "colony", "now")).toBe(false);
      insertMessage(sql, message(2), "colony", "now");
      sql.exec("INSERT INTO inbox (id, identity, seq, author, path, action, received) VALUES (100010, 'late', 3, 'did:plc:x', 'c/3', 'create', 'now')");
      trimInbox(sql);
      expect(readMessages(sql, 0, 10).map(({ message: { seq } }) => seq)).toEqual([3]);
    });
  });

  it("of the inbox's bytes: the oldest go, also of what came before they were counted", async () => {
    const { stub } = await makeAgent();
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const put = (i: number) => insertMessage(sql, { identity: `m${i}`, seq: i, author: "did:plc:x", path: `c/${i}`, rev: `3k${i}`, action: "create", cid: "c", bytes: new Uint8Array(1_000) }, "colony", "now");
      const left = () => readMessages(sql, 0, 1_000).map(({ id }) => id);
      for (let i = 1; i <= 50; i++) put(i);
      sql.exec("DELETE FROM reach_count");
      trimInbox(sql, 50_000);
      expect(left()).toHaveLength(50);
      for (let i = 51; i <= 60; i++) put(i);
      trimInbox(sql, 50_000);
      expect([left()[0], left().at(-1)]).toEqual([21, 60]);
      trimInbox(sql, 40_000);
      expect(left()).toHaveLength(40);
      for (let i = 61; i <= 70; i++) put(i);
      trimInbox(sql, 1);
      expect(left()).toEqual([]);
      put(71);
      trimInbox(sql, 1_000);
      expect(left()).toEqual([71]);
    });
  });

  it("of events the relay does not take: no more writes", async () => {
    const { stub } = await makeAgent();
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec("UPDATE head SET n = n + 100000");
      const state = stateOf(storage);
      expect(state.outbox.full).toBe(true);
      expect(commitGroup(state, [{ request: { ops: [create("a")] } }])).toMatchObject([{ ok: false, error: { status: 503, name: "RelayUnavailable" } }]);
    });
  });

  it("end with the account: an export errors, nobody waits for messages any more", async () => {
    const { api } = await makeAgent();
    for (let i = 0; i < 6; i++) value(await api.write({ ops: Array.from({ length: 200 }, (_, n) => create(`k${i}-${n}`, `${n}`.padEnd(500))) }));
    const reader = value(await api.exportRepo({})).getReader();
    await reader.read();
    const waiting = api.listInbox({ limit: 1, waitSeconds: 30 });
    await api.getHead();
    await api.erase();
    expect(await waiting).toMatchObject({ ok: false, error: { name: "RepoNotFound" } });
    const drain = async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read());
    };
    await expect(drain()).rejects.toThrow();
  });
});
