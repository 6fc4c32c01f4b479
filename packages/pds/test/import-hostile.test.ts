import type { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { type CarBlock, CborWriter, CidLink, type LexMap, cidOf, cidToString, encode, tidOf } from "@rookery/repo";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exportRepo } from "../src/export/export.ts";
import { MAX_IMPORT_BYTES } from "../src/import/limits.ts";
import { sha256 } from "../src/sha256.ts";
import { activate } from "../src/standing/standing.ts";
import type { AgentState } from "../src/state.ts";
import { grantAt } from "../src/store/granted.ts";
import { listRecords } from "../src/store/records.ts";
import { type Made, makeAgent, note, op, value } from "./agents.ts";
import { blockOf, carOf, carOfRepo, commitBlock, foreignKey, foreignRepo, recordBlock, streamOf } from "./foreign-repo.ts";
import { forgedCar, forgedNode, keysOfLayer } from "./foreign-tree.ts";
import { bytesOf, verifyExport } from "./verify.ts";

let key: Secp256k1PrivateKeyExportable;
let agent: Made;
let auditLog: unknown;

beforeEach(async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json(auditLog));
  key = await foreignKey();
  auditLog = [{ operation: { type: "plc_operation", verificationMethods: { atproto: await key.exportPublicKey("did") } }, nullified: false }];
  agent = await makeAgent({ adopted: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const importCar = (car: Uint8Array) => agent.api.importRepo({ car: streamOf(car) });
const inside = <T>(work: (state: AgentState) => Promise<T>): Promise<T> => runInDurableObject(agent.stub, (instance) => instance.inside(work));
const exported = async () => verifyExport(await bytesOf(value(await agent.api.exportRepo({}))), agent);
const forged = (root: CarBlock, others: CarBlock[]) => forgedCar(agent.did, key, root, others);
const of = (records: Record<string, LexMap>) => foreignRepo(agent.did, key, new Map(Object.entries(records)));
const size = () => inside(async ({ sql }) => sql.databaseSize);

/** Refused with this reason, in words that a log can hold, and nothing has changed. */
const refused = async (car: Uint8Array, reason: string) => {
  const before = await exported();
  const outcome = await importCar(car);
  expect(outcome).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest", message: expect.stringContaining(reason) } });
  if (!outcome.ok) expect(outcome.error.message.length).toBeLessThan(2_000);
  expect(await exported()).toEqual(before);
};

describe("a CAR that is made to do harm", () => {
  it("small and grown large: one record at ever so many paths", async () => {
    const record = recordBlock({ $type: "com.example.note", text: "x".repeat(900_000) });
    const root = forgedNode({ keys: keysOfLayer(0, 400) }, record.cid);
    const car = await forged(root, [record]);
    const before = await size();
    await refused(car, "again and again");
    expect((await size()) - before).toBeLessThan(100_000_000);
  });

  it("with words of any length in what is wrong with it", async () => {
    const name = "k".repeat(400_000);
    const twice = new CborWriter(900_000);
    twice.map(2);
    for (let i = 0; i < 2; i++) {
      twice.text(name);
      twice.int(i);
    }
    const bad = blockOf(twice.finish());
    const [at = ""] = keysOfLayer(0, 1);
    await refused(await forged(forgedNode({ keys: [at] }, bad.cid), [bad]), "map keys repeated");
    const { data, nodes } = await of({});
    const commit = await commitBlock(`did:plc:${"a".repeat(900_000)}`, data, key);
    await refused(carOf(commit.cid, [commit, ...nodes]), "the repository is of did:plc:aaa");
  });

  it("whose commit is of another version, has no time, or fields of its own", async () => {
    const { data, nodes, commit } = await of({ "com.example.note/a": note("a") });
    const good = { did: agent.did, rev: tidOf(Date.now() * 1000, 1), data: new CidLink(data), prev: null, version: 3 };
    const signed = async (fields: LexMap) => {
      const block = blockOf(encode({ ...fields, sig: await key.sign(encode(fields)) }));
      return carOf(block.cid, [block, ...nodes, recordBlock(note("a"))]);
    };
    await refused(await signed({ ...good, version: 2 }), "version is not 3");
    await refused(await signed({ ...good, rev: "yesterday" }), "rev is not a TID");
    await refused(await signed({ ...good, more: 1 }), "expected six fields");
    await refused(await signed({ ...good, data: null }), "not a commit");
    await refused(await signed({ ...good, data: new CidLink(commit.cid) }), "missing block");
    // The signature is over all that stands there: a link to an older commit is no reason to refuse one.
    expect(await importCar(await signed(good))).toMatchObject({ ok: true });
  });

  it("with CIDs of other kinds, sections of no length or of any, and what comes after the end", async () => {
    const { data, nodes, commit } = await of({});
    const whole = carOf(commit.cid, [commit, ...nodes]);
    const after = (...bytes: number[]) => new Uint8Array([...whole, ...bytes]);
    const section = (...cid: number[]) => after(cid.length + 1, ...cid, 0xf6);
    await refused(after(0), "bad length");
    await refused(after(0, 0, 0, 0), "bad length");
    await refused(after(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "bad length");
    await refused(after(0xff, 0xff, 0xff, 0x7f), "bad length");
    await refused(after(0x80, 0x00), "bad length");
    await refused(after(5), "truncated");
    await refused(after(0x80), "truncated");
    // identity, sha2-512, version 0, none.
    await refused(section(1, 0x71, 0x00, 1, 0xf6), "does not allow");
    await refused(section(1, 0x71, 0x13, 64, ...Array.from({ length: 64 }, () => 1)), "does not allow");
    await refused(section(0x12, 32, ...Array.from({ length: 32 }, () => 1)), "does not allow");
    await refused(after(1, 1), "does not allow");
    expect(cidToString(data)).toBe(cidToString(nodes[0]?.cid ?? new Uint8Array()));
  });

  it("with paths that nobody could write to", async () => {
    const record = recordBlock(note("a"));
    const at = async (path: string, reason: string) => refused(await forged(forgedNode({ keys: [path] }, record.cid), [record]), reason);
    await at(`com.example.note/${"k".repeat(513)}`, "not a record path");
    await at(`com.example.note/${"k".repeat(1_100)}`, "not a tree key");
    await at(`com.${"e".repeat(64)}.note/a`, "not a record path");
    await at("com.example/a", "not a record path");
    await at("com.example.note/a/b", "not a tree key");
    await at("com.example.note/\u00e9", "not a tree key");
    await at("com.example.note/", "not a tree key");
    await at("", "not a tree key");
  });

  it("of more bytes than anybody may bring, which it does not say before", async () => {
    const { nodes, commit } = await of({});
    const large = blockOf(new Uint8Array(2_000_000));
    const piece = carOf(commit.cid, [large]).slice(59);
    let left = Math.ceil(MAX_IMPORT_BYTES / piece.length) + 1;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(carOf(commit.cid, [commit, ...nodes])),
      pull: (controller) => {
        if (left-- > 0) controller.enqueue(piece.slice());
        else controller.close();
      },
    });
    expect(await inside(({ imports }) => imports.run(stream))).toMatchObject({ ok: false, error: { status: 413, name: "PayloadTooLarge" } });
    expect((await exported()).records.size).toBe(0);
  });
});

it("one that is refused at its first block is taken in to its end: its sender would not see why if it was cut off while sending", async () => {
  const { commit } = await of({});
  const bad = blockOf(new Uint8Array([0xff]));
  const megabytes = 100;
  let taken = 0;
  let isWhole = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(carOf(commit.cid, [{ ...bad, cid: commit.cid }])),
    pull: (controller) => {
      if (taken++ < megabytes) return controller.enqueue(new Uint8Array(1_000_000));
      isWhole = true;
      controller.close();
    },
  });
  expect(await inside(({ imports }) => imports.run(stream))).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
  expect(isWhole).toBe(true);
});

describe("what is known beside the repository", () => {
  const follow = (subject: string): LexMap => ({ $type: "app.bsky.graph.follow", subject, createdAt: "2026-11-21T00:00:00.000Z" });
  const like = (uri: string): LexMap => ({ $type: "app.bsky.feed.like", subject: { uri, cid: cidToString(recordBlock(note("x")).cid) }, createdAt: "2026-11-21T00:00:00.000Z" });
  const bring = async (records: Record<string, LexMap>) => value(await importCar(carOfRepo(await of(records))));
  const paths = async () => [...(await exported()).records.keys()].toSorted();

  it("who is followed and what is liked is what the new repository says: another follow takes the place of the one that came", async () => {
    await bring({ "app.bsky.graph.follow/gone": follow("did:plc:other"), "app.bsky.graph.follow/odd": { $type: "app.bsky.graph.follow", subject: `did:plc:${"x".repeat(100_000)}` } });
    await bring({ "app.bsky.graph.follow/old": follow("did:plc:friend"), "app.bsky.feed.like/old": like("at://did:plc:friend/app.bsky.feed.post/1"), "com.example.note/a": follow("did:plc:friend") });
    await inside(async (state) => activate(state));
    const links = () => inside(async ({ sql }) => sql.exec<{ path: string; subject: string }>("SELECT path, collection, subject FROM record_link ORDER BY path").toArray());
    expect(await links()).toEqual([
      { path: "app.bsky.feed.like/old", collection: "app.bsky.feed.like", subject: "at://did:plc:friend/app.bsky.feed.post/1" },
      { path: "app.bsky.graph.follow/old", collection: "app.bsky.graph.follow", subject: "did:plc:friend" },
    ]);
    const again = (rkey: string, subject: string) => agent.api.write({ ops: [op({ action: "create", collection: "app.bsky.graph.follow", rkey, record: follow(subject), validate: false })], replacesLinked: true });
    value(await again("new", "did:plc:friend"));
    value(await again("third", "did:plc:other"));
    expect(await paths()).toEqual(["app.bsky.feed.like/old", "app.bsky.graph.follow/new", "app.bsky.graph.follow/third", "com.example.note/a"]);
  });

  it("what was taken down stays so where it still is, and is forgotten with what is gone", async () => {
    await bring({ "com.example.note/a": note("a"), "com.example.note/b": note("b") });
    const blob = cidToString(cidOf(sha256, new Uint8Array([1]), 0x55));
    await inside(async ({ takenDown }) => ["com.example.note/a", "com.example.note/b", blob].forEach((subject) => takenDown.set(subject, "ref")));
    await bring({ "com.example.note/b": note("another b") });
    expect(await inside(async ({ takenDown }) => ["com.example.note/a", "com.example.note/b", blob].map((subject) => takenDown.has(subject)))).toEqual([false, true, true]);
  });

  it("grants that the new repository has are given, also those that were taken back", async () => {
    const grant = { $type: "agent.comms.grant", to: "did:plc:reader", subject: { uri: `at://${agent.did}/com.example.note/a`, cid: "x" } };
    await bring({ "agent.comms.grant/one": grant, "agent.comms.grant/two": grant });
    const live = () => inside(async ({ sql }) => ["one", "two"].map((rkey) => grantAt(sql, rkey)?.live));
    expect(await live()).toEqual([true, true]);
    await bring({ "agent.comms.grant/one": grant });
    expect(await live()).toEqual([true, false]);
    await bring({ "agent.comms.grant/two": grant });
    expect(await live()).toEqual([false, true]);
  });
});

describe("an import in the midst of other things", () => {
  it("is not held up by whoever stopped reading a list half-way", async () => {
    const large = (i: number) => ({ $type: "com.example.note", text: String(i).repeat(900_000) });
    value(await importCar(carOfRepo(await of(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`com.example.note/${i}`, large(i)]))))));
    await inside(async ({ sql }) => expect(listRecords(sql, { collection: "com.example.note", limit: 100 }).length).toBeLessThan(10));
    value(await importCar(carOfRepo(await of({ "com.example.note/a": note("a") }))));
    await inside(async ({ sql }) => expect(listRecords(sql, { collection: "com.example.note", limit: 100 })).toHaveLength(1));
    expect((await exported()).records.size).toBe(1);
  });

  it("ends an export that is being read, which is no repository then, and the next one is whole", async () => {
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`com.example.note/${i}`, note(`${i} ${"x".repeat(300)}`)]));
    value(await importCar(carOfRepo(await of(many))));
    await inside(async (state) => {
      const stream = value(exportRepo(state));
      const reader = stream.getReader();
      expect((await reader.read()).done).toBe(false);
      value(await state.imports.run(streamOf(carOfRepo(await of({ "com.example.note/a": note("a") })))));
      const rest = async () => {
        while (!(await reader.read()).done);
      };
      await expect(rest()).rejects.toThrow("export took too long");
    });
    expect((await exported()).records.size).toBe(1);
  });

  it("waits for the directory to say which key signs", async () => {
    const car = carOfRepo(await of({ "com.example.note/a": note("a") }));
    await inside(async ({ didChanges, imports }) => {
      const fault = { status: 503, name: "SigningKeyUncertain", message: "which one?" };
      const asked = vi.spyOn(didChanges, "uncertainty", "get").mockReturnValue(fault);
      expect(await imports.run(streamOf(car))).toEqual({ ok: false, error: fault });
      asked.mockRestore();
      expect(await imports.run(streamOf(car))).toMatchObject({ ok: true });
    });
  });

  it("takes in what nobody wants, so that whoever brings it hears why", async () => {
    const car = carOfRepo(await of({ "com.example.note/a": note("a".repeat(300_000)) }));
    const taken = { bytes: 0 };
    const counted = () => streamOf(car).pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ transform: (chunk, out) => {
      taken.bytes += chunk.length;
      out.enqueue(chunk);
    } }));
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no directory"));
    expect(await inside(({ imports }) => imports.run(counted()))).toMatchObject({ ok: false, error: { name: "DidUnavailable" } });
    expect(taken.bytes).toBe(car.length);
  });

  it("reads a log of which nothing can be believed as one that names no key", async () => {
    const car = carOfRepo(await of({}));
    const odd = (atproto: unknown) => ({ operation: { type: "plc_operation", verificationMethods: { atproto } } });
    for (const log of [null, {}, "log", [], [null, 1, "x", [], {}], [odd(null), odd({}), odd("did:key:z"), odd("did:web:x"), odd(`did:key:z${"Q".repeat(50_000)}`), odd(`did:key:zQ3${"\u0000".repeat(50)}`)], [{ operation: { type: "create", signingKey: 3 } }]]) {
      auditLog = log;
      expect(await importCar(car)).toMatchObject({ ok: false, error: { status: 400, message: expect.stringContaining("none of the") } });
    }
  });
});
