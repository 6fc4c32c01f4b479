import { runInDurableObject } from "cloudflare:test";
import { BlockMap, cidKey, cidToString, decodeCommit, keyHeight, readCar, walkTree } from "@rookery/repo";
import { describe, expect, it, vi } from "vitest";
import { sha256 } from "../src/sha256.ts";
import { type Made, create, makeAgent, note, op, value } from "./agents.ts";
import { bytesOf, verifyExport } from "./verify.ts";

const COLLECTION = "com.example.note";
const put = (rkey: string, text: string) => op({ action: "put", collection: COLLECTION, rkey, record: note(text) });
const remove = (rkey: string) => op({ action: "delete", collection: COLLECTION, rkey });

async function filled(count: number, size = 300): Promise<Made> {
  const agent = await makeAgent();
  for (let at = 0; at < count; at += 100)
    value(await agent.api.write({ ops: Array.from({ length: Math.min(100, count - at) }, (_, i) => create(`k${at + i}`, `${at + i}`.padEnd(size, "."))) }));
  return agent;
}

const exportOf = async ({ api }: Made, since?: string) => bytesOf(value(await api.exportRepo(since === undefined ? {} : { since })));

const left = (agent: Made) =>
  runInDurableObject(agent.stub, (_, { storage: { sql } }) => ["node_old", "record_old"].map((table) => sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n));

describe("exportRepo", () => {
  it("exports an empty repository", async () => {
    const agent = await makeAgent();
    expect((await verifyExport(await exportOf(agent), agent)).records.size).toBe(0);
  });

  it("states the root of its beginning, whatever is written meanwhile", async () => {
    const agent = await filled(1500);
    const before = await verifyExport(await exportOf(agent), agent);
    const reader = value(await agent.api.exportRepo({})).getReader();
    const parts: Uint8Array[] = [];
    let round = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      round++;
      value(await agent.api.write({ ops: [put(`k${round * 31}`, `changed ${round}`), remove(`k${1499 - round}`), create(`new${round}`)] }));
      // Equal to an older version: what comes and goes must not be taken for what was there.
      value(await agent.api.write({ ops: [put(`k${round * 31}`, `${round * 31}`.padEnd(300, ".")), remove(`new${round}`)] }));
    }
    expect(round).toBeGreaterThan(2);
    const during = await verifyExport(Buffer.concat(parts), agent);
    expect(during.rev).toBe(before.rev);
    expect(during.records).toEqual(before.records);
    expect(await left(agent)).toEqual([0, 0]);
    expect((await verifyExport(await exportOf(agent), agent)).rev).toBe(value(await agent.api.getHead()).rev);
  });

  it("has records and nodes of every size, also of what was superseded meanwhile", async () => {
    const agent = await makeAgent();
    // Keys of the lowest layer alone make one node with all of them; others, a tree with branches.
    const low = Array.from({ length: 400 }, (_, i) => `k${String(i).padStart(3, "0")}`).filter((rkey) => keyHeight(sha256, `${COLLECTION}/${rkey}`) === 0);
    const sizes = [10, 4_000, 4_040, 4_096, 4_200, 9_000, 120_000];
    const text = (i: number) => "x".repeat(sizes[i % sizes.length] as number);
    for (let at = 0; at < low.length; at += 40) value(await agent.api.write({ ops: low.slice(at, at + 40).map((rkey, i) => put(rkey, text(at + i))) }));
    const flat = await verifyExport(await exportOf(agent), agent);
    expect(flat.records.size).toBe(low.length);
    expect(flat.blocks.size - flat.records.size - 1).toBeLessThanOrEqual(1);
    const reader = value(await agent.api.exportRepo({})).getReader();
    const first = await reader.read();
    for (let at = 0; at < low.length; at += 40) value(await agent.api.write({ ops: low.slice(at, at + 40).map((rkey, i) => ((at + i) % 3 === 0 ? remove(rkey) : put(rkey, `new ${text(at + i)}`))) }));
    value(await agent.api.write({ ops: Array.from({ length: 150 }, (_, i) => create(`m${i}`, text(i))) }));
    const parts = [first.value as Uint8Array];
    for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
    expect((await verifyExport(Buffer.concat(parts), agent)).records).toEqual(flat.records);
    expect((await verifyExport(await exportOf(agent), agent)).records.size).toBe(low.length - Math.ceil(low.length / 3) + 150);
  });

  it("is refused where the store is damaged: better none than a false one", async () => {
    const damage: [string, (sql: SqlStorage) => void][] = [
      ["a record is gone", (sql) => void sql.exec("DELETE FROM record_key WHERE key = ?", `${COLLECTION}/k77`)],
      ["a record is another", (sql) => void sql.exec("UPDATE record_block SET cid = (SELECT cid FROM record_block WHERE id = 3) WHERE id = 5")],
      ["a record is too many", (sql) => void sql.exec("INSERT INTO record_key (key, id) VALUES ('z.z.z/z', 1)")],
      ["a node is gone", (sql) => void sql.exec("DELETE FROM node WHERE id = (SELECT MIN(id) + 20 FROM node)")],
      ["a node is another", (sql) => void sql.exec("UPDATE node SET cid = x'00' || substr(cid, 2) WHERE id = (SELECT MAX(id) - 5 FROM node)")],
    ];
    for (const [what, harm] of damage) {
      const agent = await filled(100);
      await runInDurableObject(agent.stub, (_, { storage }) => harm(storage.sql));
      await expect(exportOf(agent), what).rejects.toThrow();
    }
  });

  it("serves overlapping exports, each with its own root", async () => {
    const agent = await filled(800, 600);
    const open: { rev: string; records: Map<string, string>; stream: ReadableStream<Uint8Array> }[] = [];
    for (let i = 0; i < 4; i++) {
      const { rev, records } = await verifyExport(await exportOf(agent), agent);
      open.push({ rev, records, stream: value(await agent.api.exportRepo({})) });
      value(await agent.api.write({ ops: [put(`k${i}`, `over ${i}`), remove(`k${700 + i}`), create(`more${i}`)] }));
    }
    for (const { rev, records, stream } of [open[2], open[0], open[3], open[1]] as typeof open) {
      const seen = await verifyExport(await bytesOf(stream), agent);
      expect(seen.rev).toBe(rev);
      expect(seen.records).toEqual(records);
    }
    expect(await left(agent)).toEqual([0, 0]);
  });

  it("gives with `since` what a reader of that rev lacks, and little else", async () => {
    const agent = await filled(600);
    const old = await verifyExport(await exportOf(agent), agent);
    value(await agent.api.write({ ops: [put("k5", "new text"), remove("k17"), create("fresh")] }));
    const car = await exportOf(agent, old.rev);
    const { roots, blocks } = readCar(car, sha256);
    expect(blocks.size).toBeLessThan(40);
    const all = new BlockMap(new Map([...old.blocks, ...blocks]));
    const commit = decodeCommit(blocks.get(cidKey(roots[0] as Uint8Array)) as Uint8Array);
    const records = new Map<string, string>();
    for (const step of walkTree(all, { cid: commit.data, id: 0 })) {
      if (step.kind !== "record") continue;
      expect(all.get(step.cid)).toBeDefined();
      records.set(step.key, cidToString(step.cid));
    }
    expect(records).toEqual((await verifyExport(await exportOf(agent), agent)).records);
    expect(readCar(await exportOf(agent, commit.rev), sha256).blocks.size).toBe(1);
  });

  it("bounds how many are open, and a reader that leaves makes room", async () => {
    const agent = await filled(1200);
    const open = await Promise.all(Array.from({ length: 8 }, () => agent.api.exportRepo({})));
    expect(await agent.api.exportRepo({})).toMatchObject({ ok: false, error: { status: 429 } });
    await Promise.all(open.map((outcome) => value(outcome).cancel()));
    await expect.poll(async () => (await agent.api.exportRepo({})).ok).toBe(true);
  });

  it("are not kept from others by readers that stopped reading", async () => {
    const agent = await filled(1200);
    const stalled = (await Promise.all(Array.from({ length: 8 }, () => agent.api.exportRepo({})))).map((outcome) => value(outcome));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_000 });
    try {
      expect((await verifyExport(await exportOf(agent), agent)).records.size).toBe(1200);
      const ends = await Promise.allSettled(stalled.map((stream) => bytesOf(stream)));
      expect(ends.filter(({ status }) => status === "rejected")).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("equal content", () => {
  it("in two places is two records: deleting one leaves the other", async () => {
    const agent = await makeAgent();
    value(await agent.api.write({ ops: [put("a", "same"), put("b", "same")] }));
    value(await agent.api.write({ ops: [remove("a")] }));
    expect((await verifyExport(await exportOf(agent), agent)).records.size).toBe(1);
    value(await agent.api.write({ ops: [put("c", "same")] }));
    value(await agent.api.write({ ops: [remove("b"), remove("c")] }));
    expect((await verifyExport(await exportOf(agent), agent)).records.size).toBe(0);
  });
});

describe("an export that nobody reads", () => {
  it("ends after its lease, and what was kept for it goes", async () => {
    const agent = await filled(1500, 600);
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: Date.now() });
    try {
      const reader = value(await agent.api.exportRepo({})).getReader();
      await reader.read();
      value(await agent.api.write({ ops: [put("k1", "changed")] }));
      expect((await left(agent))[0]).toBeGreaterThan(0);
      await runInDurableObject(agent.stub, () => void vi.advanceTimersByTime(40_000));
      expect(await left(agent)).toEqual([0, 0]);
      await expect(
        (async () => {
          for (let part = await reader.read(); !part.done; part = await reader.read());
        })(),
      ).rejects.toThrow();
    } finally {
      vi.useRealTimers();
    }
  });
});
