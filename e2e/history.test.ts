import { fromUint8Array as readRepo } from "@atcute/repo";
import { cidKey, cidToString, decodeCommit, readCar } from "@rookery/repo";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atcute, official, skyware } from "./test/consumers.ts";
import { headOf, type Person, signUp } from "./test/people.ts";
import { Random } from "../packages/repo/src/testing/random.ts";
import { StrictReader } from "./test/reader.ts";
import { sha256 } from "./test/sha256.ts";
import { until } from "./test/until.ts";
import { Writer } from "./test/writer.ts";
import { ask } from "./test/xrpc.ts";

/** Six agents, each written to by two clients at once, 250 records a client: about 3,000 in all. */
const AGENTS = 6;
const LANES = 2;
const PER_LANE = 250;
const SEED = 20261121;

const live = new StrictReader(150);
const past = new StrictReader();
const people: Person[] = [];
const writers = new Map<string, Writer[]>();

beforeAll(async () => {
  await live.start(undefined);
  for (let i = 0; i < AGENTS; i++) people.push(await signUp(`history-${i}`));
  for (const [i, person] of people.entries()) {
    const lanes = Array.from({ length: LANES }, (_, lane) => new Writer(person, `lane${lane}`, new Random(SEED + i * LANES + lane)));
    writers.set(person.did, lanes);
  }
  await Promise.all([...writers.values()].flat().map((writer) => writer.run(PER_LANE)));
  await past.start(0);
  for (const { did } of people) {
    const { rev } = await headOf(did);
    for (const reader of [live, past]) {
      await until(() => reader.checker.stateOf(did)?.rev === rev, `the chain of ${did} reaches ${rev}`, 100_000).catch((error: unknown) => {
        throw new Error(`live ${live.describe(did)}\npast ${past.describe(did)}`, { cause: error });
      });
    }
  }
}, 240_000);

afterAll(async () => {
  await live.stop();
  await past.stop();
});

const sorted = (records: Map<string, string>) => [...records].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** What the clients that wrote to an account were told: path to CID. */
const toldOf = (did: string): Map<string, string> => {
  const told = new Map<string, string>();
  for (const { records } of writers.get(did) ?? []) for (const [path, cid] of records) told.set(path, cid);
  return told;
};

/** All that listRecords has, of all collections. */
const listed = async ({ agent, did }: Person): Promise<Map<string, string>> => {
  const all = new Map<string, string>();
  const { data } = await agent.com.atproto.repo.describeRepo({ repo: did });
  for (const collection of data.collections) {
    for (let cursor: string | undefined, more = true; more; ) {
      const page = await agent.com.atproto.repo.listRecords({ repo: did, collection, limit: 100, reverse: true, ...(cursor === undefined ? {} : { cursor }) });
      for (const { uri, cid } of page.data.records) {
        const path = uri.split("/").slice(3).join("/");
        if (all.has(path)) throw new Error(`${path} is listed twice`);
        all.set(path, cid);
      }
      cursor = page.data.cursor;
      more = cursor !== undefined && page.data.records.length > 0;
    }
  }
  return all;
};

describe("a mixed history by concurrent writers", () => {
  test("was written", () => {
    const written = [...writers.values()].flat().reduce((sum, { written: one }) => sum + one, 0);
    expect(written).toBeGreaterThanOrEqual(AGENTS * LANES * PER_LANE);
    // Less by what wrote what was there already.
    expect(live.ops).toBeGreaterThan(0.9 * written);
    expect([...live.revs.values()].flat().length).toBeGreaterThan(500);
  });

  test.each([
    ["live, with reconnects", live],
    ["from cursor 0", past],
  ])("%s: the strict checker finds nothing wrong", (_, reader) => {
    expect(reader.faults).toEqual([]);
  });

  test("the live reader did reconnect", () => {
    expect(live.connections).toBeGreaterThan(3);
  });

  test("both readers saw the same commits of every account, none twice", () => {
    for (const { did } of people) {
      const revs = live.revs.get(did) ?? [];
      expect(new Set(revs).size).toBe(revs.length);
      expect(past.revs.get(did)).toEqual(revs);
    }
  });

  test.each([
    ["@atproto/sync", official],
    ["@atcute/firehose", atcute],
    ["@skyware/firehose", skyware],
  ] as const)("%s reads all of it without a complaint, and ends where the writers did", async (_, make) => {
    const consumer = make(0);
    const through = live.checker.seq;
    await until(() => (consumer.seqs.at(-1) ?? 0) >= through, "the end of the log", 100_000);
    await consumer.close();
    expect(consumer.errors).toEqual([]);
    for (const { did } of people) {
      const records = new Map<string, string>();
      for (const change of consumer.changes.get(did) ?? []) {
        const [action, path = "", cid = ""] = change.split(" ");
        if (action === "delete") records.delete(path);
        else records.set(path, cid);
      }
      expect(sorted(records)).toEqual(sorted(toldOf(did)));
    }
  });

  test("for every account the archive, its head, the replayed operations, listRecords and what the writers were told agree", async () => {
    for (const person of people) {
      const { did } = person;
      const { bytes } = await ask("com.atproto.sync.getRepo", { params: { did } });
      const { roots, blocks } = readCar(bytes, sha256);
      const root = roots[0] ?? new Uint8Array();
      const commit = decodeCommit(blocks.get(cidKey(root)) ?? new Uint8Array());
      const state = live.checker.stateOf(did);
      expect([cidToString(root), commit.rev, cidToString(commit.data)]).toEqual([cidToString(state?.commit ?? root), state?.rev, cidToString(state?.data ?? root)]);
      expect(await headOf(did)).toEqual({ cid: cidToString(root), rev: commit.rev });

      const told = toldOf(did);
      const archived = new Map([...readRepo(new Uint8Array(bytes))].map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.$link]));
      expect(sorted(archived)).toEqual(sorted(told));
      expect(sorted(await listed(person))).toEqual(sorted(told));
      for (const reader of [live, past]) expect(sorted(reader.repos.get(did) ?? new Map())).toEqual(sorted(told));
    }
  });
});
