import type { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { type CarBlock, CborWriter, CidLink, type LexMap, cidOf, cidToString, encode, tidOf } from "@rookery/repo";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../src/sha256.ts";
import { activate } from "../src/standing/standing.ts";
import { type AgentState, openState } from "../src/state.ts";
import { type Made, create, makeAgent, note, op, value } from "./agents.ts";
import { type ForeignRepo, blockOf, carOf, carOfRepo, foreignKey, foreignRepo, recordBlock, streamOf } from "./foreign-repo.ts";
import { type ForgedNode, forgedCar, forgedNode, keysOfLayer } from "./foreign-tree.ts";
import { bytesOf, verifyExport } from "./verify.ts";
import { world } from "./worker.ts";

/** What the PLC directory says of every DID: keys by their age, newest last. */
let auditLog: unknown[] = [];
const operation = (key: string, change: object = {}) => ({ operation: { type: "plc_operation", verificationMethods: { atproto: key } }, nullified: false, ...change });

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json(auditLog));
});
afterEach(() => {
  vi.restoreAllMocks();
});

let key: Secp256k1PrivateKeyExportable;
let agent: Made;

const path = (i: number) => `com.example.note/${tidOf(1_700_000_000_000_000 + i, 0)}`;
const notes = (count: number): Map<string, LexMap> => new Map(Array.from({ length: count }, (_, i) => [path(i), note(`note ${i}`)]));

/** An agent whose DID had this key. */
async function mover(): Promise<void> {
  key = await foreignKey();
  auditLog = [operation(await key.exportPublicKey("did"))];
  agent = await makeAgent({ adopted: true });
}

const importCar = (car: Uint8Array) => agent.api.importRepo({ car: streamOf(car) });
const exported = async (of = agent) => verifyExport(await bytesOf(value(await of.api.exportRepo({}))), of);
const paths = ({ records }: ForeignRepo) => [...records].map(([at, { cid }]) => [at, cidToString(cid)]).toSorted();
const events = (of: Made) => world.relay.rowsOf(of.did).map(({ kind }) => kind);
/** Names of all tables, of which nothing may stay behind. */
const inside = <T>(work: (state: AgentState) => Promise<T>): Promise<T> => runInDurableObject(agent.stub, (instance) => instance.inside(work));
const tables = () => inside(async ({ sql }) => sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name LIKE 'import%' OR name LIKE 'gone%'").toArray().map(({ name }) => name));
const clear = () => inside(async ({ imports }) => {
  while ((await imports.job()) !== undefined);
});

describe("importRepo", () => {
  beforeEach(mover);

  it("makes the repository of another host ours: same records, same tree, a new commit by our key, and nobody is told", async () => {
    const repo = await foreignRepo(agent.did, key, notes(3_000));
    const done = value(await importCar(carOfRepo(repo)));
    expect(done.records).toBe(3_000);
    const mine = await exported();
    expect(mine.rev).toBe(done.rev);
    expect(mine.rev > tidOf((Date.now() - 60_000) * 1000, 0)).toBe(true);
    expect([...mine.records].toSorted()).toEqual(paths(repo));
    expect(events(agent)).toEqual([]);
    await clear();
    expect(await tables()).toEqual([]);
  });

  it("takes blocks in any order, twice, and records that are the same in two places", async () => {
    const records = notes(40).set("com.example.note/again", note("note 7")).set("com.example.note/and-again", note("note 7"));
    const repo = await foreignRepo(agent.did, key, records);
    const shuffled = carOfRepo(repo, (blocks) => [...blocks, ...blocks.slice(3, 9)].toReversed());
    value(await importCar(shuffled));
    expect([...(await exported()).records].toSorted()).toEqual(paths(repo));
    // Each place has a row of its own.
    const rows = await inside(async ({ sql }) => sql.exec<{ n: number }>("SELECT COUNT(DISTINCT id) AS n FROM record").one().n);
    expect(rows).toBe(42);
  });

  it("takes the empty repository, and a record that looks like a node of the tree", async () => {
    value(await importCar(carOfRepo(await foreignRepo(agent.did, key, new Map()))));
    expect((await exported()).records.size).toBe(0);
    const odd = new Map<string, LexMap>([["com.example.note/odd", { e: [], l: null }], ["com.example.note/other", { e: "no node", l: 1 }]]);
    const repo = await foreignRepo(agent.did, key, odd);
    value(await importCar(carOfRepo(repo)));
    expect([...(await exported()).records].toSorted()).toEqual(paths(repo));
  });

  it("goes on from there: writes, the sleep of the object, another import", async () => {
    const repo = await foreignRepo(agent.did, key, notes(500));
    value(await importCar(carOfRepo(repo)));
    await inside(async (state) => activate(state));
    expect(events(agent)).toEqual(["account", "identity", "sync"]);
    value(await agent.api.write({ ops: [create("new"), op({ action: "delete", collection: "com.example.note", rkey: path(3).split("/")[1] ?? "" })] }));
    const before = await exported();
    expect(before.records.size).toBe(500);
    // What a new start of the object reads.
    const reopened = await runInDurableObject(agent.stub, (_, { storage }) => openState(storage, { ...world, origin: "", sources: { colony: world.relay }, deleteBlobs: () => Promise.resolve() }).tree.get(path(4)));
    expect(reopened && cidToString(reopened)).toBe(before.records.get(path(4)));

    const smaller = await foreignRepo(agent.did, key, notes(20));
    const done = value(await importCar(carOfRepo(smaller)));
    expect([...(await exported()).records].toSorted()).toEqual(paths(smaller));
    expect(done.rev > before.rev).toBe(true);
    // An account that takes part says so: no commit leads there.
    await expect.poll(() => events(agent)).toEqual(["account", "identity", "sync", "commit", "sync"]);
    value(await agent.api.write({ ops: [create("newer")] }));
    expect((await exported()).records.size).toBe(21);
  });

  it("believes every key that the DID had, but none that was nullified, and none of others", async () => {
    const repo = carOfRepo(await foreignRepo(agent.did, key, notes(3)));
    const own = await key.exportPublicKey("did");
    const other = await (await foreignKey()).exportPublicKey("did");
    for (const log of [[operation(own), operation(other)], [{ operation: { type: "create", signingKey: own } }, operation(other)], [operation(other), operation(other, { operation: null }), operation(own)]]) {
      auditLog = log;
      expect(await importCar(repo)).toMatchObject({ ok: true });
    }
    auditLog = [operation(other), operation(own, { nullified: true })];
    expect(await importCar(repo)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest", message: expect.stringContaining("none of the 1 keys") } });
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no directory"));
    expect(await importCar(repo)).toMatchObject({ ok: false, error: { status: 503, name: "DidUnavailable" } });
  });

  it("has a rev after the one that the repository had, whatever its host's clock, within reason", async () => {
    const ahead = tidOf((Date.now() + 120_000) * 1000, 3);
    const done = value(await importCar(carOfRepo(await foreignRepo(agent.did, key, notes(1_200), ahead))));
    expect(done.rev > ahead).toBe(true);
    const { value: revs } = await inside(async ({ sql }) => ({ value: sql.exec<{ rev: string }>("SELECT DISTINCT rev FROM record").toArray() }));
    expect(revs).toEqual([{ rev: done.rev }]);
    const future = await foreignRepo(agent.did, key, notes(2), tidOf((Date.now() + 3_600_000) * 1000, 3));
    expect(await importCar(carOfRepo(future))).toMatchObject({ ok: false, error: { message: expect.stringContaining("in the future") } });
  });

  it("leaves the schema as it was, so that the next version finds what it expects", async () => {
    // Renaming puts names in quotes.
    const schema = () => inside(async ({ sql }) => sql.exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB '_cf*'").toArray().map((thing) => thing.sql.replaceAll('"', "")).toSorted());
    const before = await schema();
    for (const count of [5, 3]) {
      value(await importCar(carOfRepo(await foreignRepo(agent.did, key, notes(count)))));
      await clear();
      expect(await schema()).toEqual(before);
    }
  });

  it("ends with the account that it was for", async () => {
    const repo = carOfRepo(await foreignRepo(agent.did, key, notes(2_000)));
    const importing = importCar(repo);
    await scheduler.wait(30);
    await agent.api.erase();
    expect(await importing).toMatchObject({ ok: false, error: { name: "RepoNotFound" } });
    expect(await runInDurableObject(agent.stub, (_, { storage }) => storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray())).toEqual([]);
  });

  it("is one at a time", async () => {
    const repo = carOfRepo(await foreignRepo(agent.did, key, notes(2_000)));
    const [first, second] = await Promise.all([importCar(repo), importCar(repo)]);
    expect([first, second].map((outcome) => (outcome.ok ? "ok" : outcome.error.name)).toSorted()).toEqual(["ImportInProgress", "ok"]);
    expect(await importCar(repo)).toMatchObject({ ok: true });
  });
});

describe("a repository that is refused changes nothing", () => {
  beforeEach(mover);

  /** Refuse it, for this reason; what was there before is there. */
  const forged = (root: CarBlock, others: CarBlock[]) => forgedCar(agent.did, key, root, others);
  const refused = async (car: Uint8Array, reason: string) => {
    value(await importCar(carOfRepo(await foreignRepo(agent.did, key, notes(10)))));
    const before = await exported();
    expect(await importCar(car)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest", message: expect.stringContaining(reason) } });
    expect(await exported()).toEqual(before);
    await clear();
    expect(await tables()).toEqual([]);
  };

  const car = async (change: (blocks: CarBlock[]) => CarBlock[], count = 100) => carOfRepo(await foreignRepo(agent.did, key, notes(count)), change);

  it("truncated, empty, no CAR", async () => {
    const whole = await car((blocks) => blocks);
    await refused(whole.slice(0, -1), "truncated");
    await refused(whole.slice(0, 20_000), "truncated");
    await refused(new Uint8Array(), "truncated");
    await refused(new TextEncoder().encode("GET / HTTP/1.1"), "CAR");
  });

  it("of another DID, or another's signature", async () => {
    const { did } = await makeAgent();
    await refused(carOfRepo(await foreignRepo(did, key, notes(5))), `the repository is of ${did}, not of ${agent.did}`);
    await refused(carOfRepo(await foreignRepo(agent.did, await foreignKey(), notes(5))), "none of the 1 keys");
  });

  it("with a missing, an extra or a corrupt block", async () => {
    await refused(await car((blocks) => blocks.slice(1)), "the root");
    await refused(await car((blocks) => blocks.toSpliced(4, 1)), "missing block");
    await refused(await car((blocks) => blocks.slice(0, -1)), "missing block");
    const extra = recordBlock(note("of nothing"));
    await refused(await car((blocks) => [...blocks, extra]), `block ${cidToString(extra.cid)} is not part of the repository`);
    const stray = await foreignRepo(agent.did, key, notes(5));
    await refused(await car((blocks) => [...blocks, ...stray.nodes.slice(0, 1)]), "is not part of the repository");
    await refused(await car((blocks) => blocks.map((block, i) => (i === 50 ? { ...block, bytes: encode({ text: "other" }) } : block))), "does not match its CID");
  });

  it("with no root, two roots, a root that is no commit", async () => {
    const repo = await foreignRepo(agent.did, key, notes(5));
    const writer = new CborWriter(200);
    writer.map(2);
    writer.text("roots");
    writer.array(2);
    writer.cid(repo.commit.cid);
    writer.cid(repo.data);
    writer.text("version");
    writer.int(1);
    const header = writer.finish();
    await refused(new Uint8Array([header.length, ...header, ...carOfRepo(repo).slice(59)]), "expected one root");
    await refused(carOf(repo.data, repo.nodes), "not a commit");
  });

  it("with a record that is none, too large, or at no path", async () => {
    const odd = (at: string, block: CarBlock) => forged(forgedNode({ keys: [at] }, block.cid), [block]);
    const large = recordBlock({ $type: "com.example.note", text: "x".repeat(1_000_001) });
    await refused(await odd(path(1), large), `Could not parse record at '${path(1)}': it has 10000`);
    await refused(await odd(path(1), blockOf(encode([1, 2]))), "it is not an object");
    await refused(await odd(path(1), blockOf(new Uint8Array([0xa1, 0x61, 0x61, 0xfb, 0, 0, 0, 0, 0, 0, 0, 0]))), "floats");
    const raw = new Uint8Array([1, 2, 3]);
    await refused(await odd(path(1), { cid: cidOf(sha256, raw, 0x55), bytes: raw }), "DAG-CBOR");
    await refused(await odd("nonsid/rkey", recordBlock(note("a"))), "not a record path");
    await refused(await odd("com.example.note/..", recordBlock(note("a"))), "not a record path");
  });

  it("with a tree that is not the one of its keys", async () => {
    const record = recordBlock(note("a"));
    const node = (forgery: ForgedNode) => forgedNode(forgery, record.cid);
    const tree = (root: CarBlock, ...others: CarBlock[]) => forged(root, [record, ...others]);
    const [a = "", b = "", c = ""] = keysOfLayer(0, 3);
    const high = keysOfLayer(1, 20).find((one) => one > b) ?? "";
    const higher = keysOfLayer(2, 20).find((one) => one > b) ?? "";
    const after = keysOfLayer(0, 200).find((one) => one > high) ?? "";

    await refused(await tree(node({ keys: [a, a] })), "keys out of order");
    await refused(await tree(node({ keys: [b, a] })), "keys out of order");
    await refused(await tree(node({ keys: [a, b], uncompressed: true })), "prefix not compressed");
    await refused(await tree(node({ keys: [a, high].toSorted() })), "wrong layer");
    const leaf = node({ keys: [a] });
    await refused(await tree(node({ keys: [higher], children: [leaf.cid] }), leaf), `key in the wrong layer (1): ${a}`);
    await refused(await tree(node({ keys: [c], children: [leaf.cid] }), leaf), "bottom layer has children");
    await refused(await tree(node({ keys: [], children: [leaf.cid] }), leaf), "root without keys");
    const empty = node({ keys: [] });
    await refused(await tree(node({ keys: [high], children: [empty.cid] }), empty), "empty node in layer 0");
    const late = node({ keys: [after] });
    await refused(await tree(node({ keys: [high], children: [late.cid] }), late), `out of order at ${high}`);
    await refused(await tree(node({ keys: [high], children: [leaf.cid, leaf.cid] }), leaf), `out of order at ${a}`);
    await refused(await tree(node({ keys: [high], children: [record.cid] })), "not a tree node");
  });

  it("when the upload breaks off, or another write comes in between", async () => {
    const whole = await car((blocks) => blocks, 2_000);
    value(await importCar(carOfRepo(await foreignRepo(agent.did, key, notes(10)))));
    const broken = streamOf(whole.slice(0, 30_000), { fault: new Error("gone") });
    expect(await agent.api.importRepo({ car: broken })).toMatchObject({ ok: false, error: { name: "InvalidRequest", message: expect.stringContaining("the upload broke off") } });
    await inside(async (state) => activate(state));
    const importing = importCar(whole);
    value(await agent.api.write({ ops: [create("meanwhile")] }));
    // It has taken nothing in yet.
    expect(await importing).toMatchObject({ ok: false, error: { message: expect.stringContaining("written to meanwhile") } });
    expect((await exported()).records.size).toBe(11);
  });
});

describe("blobs of a repository that comes", () => {
  beforeEach(mover);

  const blobCid = (text: string) => cidOf(sha256, new TextEncoder().encode(text), 0x55);
  const blob = (text: string) => ({ $type: "blob", ref: new CidLink(blobCid(text)), mimeType: "image/png", size: text.length });
  const upload = (text: string) => agent.api.putBlob({ cid: cidToString(blobCid(text)), mimeType: "image/png", size: text.length, key: `r2/${text}` });
  const missing = async (page = { limit: 500 }) => value(await agent.api.listMissingBlobs(page));

  it("are missing until they are uploaded, and are served then", async () => {
    const records = new Map<string, LexMap>([
      ["com.example.post/a", { $type: "com.example.post", image: blob("one") }],
      ["com.example.post/b", { $type: "com.example.post", images: [blob("one"), { image: blob("two") }] }],
      ["com.example.post/c", { $type: "com.example.post", old: { cid: cidToString(blobCid("three")), mimeType: "image/png" } }],
    ]);
    value(await importCar(carOfRepo(await foreignRepo(agent.did, key, records))));
    const at = (text: string, rkey: string) => ({ cid: cidToString(blobCid(text)), recordUri: `at://${agent.did}/com.example.post/${rkey}` });
    const all = [at("one", "a"), at("two", "b"), at("three", "c")].toSorted((a, b) => (a.cid < b.cid ? -1 : 1));
    expect(await missing()).toEqual({ blobs: all, cursor: all[2]?.cid });
    expect(await missing({ limit: 2 })).toEqual({ blobs: all.slice(0, 2), cursor: all[1]?.cid });
    expect(await missing({ limit: 2, cursor: all[1]?.cid ?? "" } as never)).toEqual({ blobs: all.slice(2), cursor: all[2]?.cid });
    value(await upload("two"));
    expect(value(await agent.api.syncBlob({ reader: "owner", cid: cidToString(blobCid("two")) })).key).toBe("r2/two");
    expect(await missing()).toMatchObject({ blobs: all.filter(({ cid }) => cid !== cidToString(blobCid("two"))) });
    value(await upload("one"));
    value(await upload("three"));
    expect(await missing()).toEqual({ blobs: [] });
  });

  it("stay when the next import names them too, and otherwise have a day", async () => {
    const repo = async (...texts: string[]) =>
      carOfRepo(await foreignRepo(agent.did, key, new Map(texts.map((text) => [`com.example.post/${text}`, { $type: "com.example.post", image: blob(text) }]))));
    value(await importCar(await repo("kept", "left")));
    value(await upload("kept"));
    value(await upload("left"));
    value(await importCar(await repo("kept")));
    expect(value(await agent.api.syncBlobs({ reader: "owner", limit: 10 })).cids).toEqual([cidToString(blobCid("kept"))]);
    expect(await agent.api.syncBlob({ reader: "owner", cid: cidToString(blobCid("left")) })).toMatchObject({ ok: false, error: { name: "BlobNotFound" } });
    // It is still here: named again, it is served again.
    value(await importCar(await repo("left")));
    expect(await missing()).toEqual({ blobs: [] });
    expect(value(await agent.api.syncBlobs({ reader: "owner", limit: 10 })).cids).toEqual([cidToString(blobCid("left"))]);
  });
});
